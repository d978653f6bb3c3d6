//! Settings, from flags or environment variables.

use std::net::Ipv6Addr;
use std::time::Duration;

use clap::{ArgAction, Args};
use http::uri::Authority;
use kit::server::HttpSettings;
use kit::settings::{BaseUrl, base_url, duration};

/// Settings of the service, except its port.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// Host of the gRPC server, resolved for each connection
    #[arg(long, env = "GRPC_SERVER_HOST", value_name = "HOST", default_value = "localhost", value_parser = host)]
    pub grpc_server_host: String,
    /// Port of the gRPC server
    #[arg(long, env = "GRPC_SERVER_PORT", value_name = "PORT", default_value = "8080", value_parser = server_port)]
    pub grpc_server_port: u16,
    /// How long a call may take, such as 2s or 500ms
    #[arg(long, env = "GRPC_DEADLINE", value_name = "DURATION", default_value = "2s", value_parser = deadline)]
    pub grpc_deadline: Duration,
    /// How long requests in flight may take after SIGTERM, such as 5s or 500ms
    #[arg(long, env = "SHUTDOWN_GRACE", value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub shutdown_grace: Duration,
    /// Whether to serve the pages of the order service, which is behind the gRPC server's address
    #[arg(long, env = "ORDERS", value_name = "BOOL", default_value_t = false, action = ArgAction::Set)]
    pub orders: bool,
    /// Links of the pages.
    #[command(flatten)]
    pub links: Links,
    /// Settings of HTTP.
    #[command(flatten)]
    pub http: HttpSettings,
}

/// Addresses as the reader's browser reaches them. A page has no link for an address that is not set.
#[derive(Args, Clone, Debug, Default)]
pub struct Links {
    /// Address of Grafana in the reader's browser, such as <http://127.0.0.1:3000>
    #[arg(long, env = "GRAFANA_URL", value_name = "URL", value_parser = base_url)]
    pub grafana_url: Option<BaseUrl>,
    /// Address of Prometheus
    #[arg(long, env = "PROMETHEUS_URL", value_name = "URL", value_parser = base_url)]
    pub prometheus_url: Option<BaseUrl>,
    /// Address of Jaeger, also for the link of each echo's trace
    #[arg(long, env = "JAEGER_URL", value_name = "URL", value_parser = base_url)]
    pub jaeger_url: Option<BaseUrl>,
    /// Address of the mailbox
    #[arg(long, env = "MAILDEV_URL", value_name = "URL", value_parser = base_url)]
    pub maildev_url: Option<BaseUrl>,
}

/// The header `grpc-timeout` carries whole milliseconds in at most eight digits.
fn deadline(value: &str) -> Result<Duration, &'static str> {
    let allowed = Duration::from_millis(1)..=Duration::from_secs(3600);
    duration(value)
        .ok()
        .filter(|deadline| allowed.contains(deadline))
        .ok_or("expected a duration from 1ms to 1h")
}

/// The value must be exactly a URI's host, without scheme, port or path.
fn host(value: &str) -> Result<String, &'static str> {
    let address = address(value, 1).parse::<Authority>();
    let whole = address.is_ok_and(|address| address.host().trim_matches(['[', ']']) == value);
    (whole && !value.is_empty())
        .then(|| value.to_owned())
        .ok_or("expected the name or address of a host, such as localhost or 127.0.0.1")
}

fn server_port(value: &str) -> Result<u16, &'static str> {
    value.parse().ok().filter(|port| *port > 0).ok_or("expected a port, 1 to 65535")
}

/// `HOST:PORT`, with an IPv6 address in brackets.
fn address(host: &str, port: u16) -> String {
    if host.parse::<Ipv6Addr>().is_ok() { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

// === impl Config ===

impl Config {
    /// The gRPC server's authority, `HOST:PORT`.
    #[must_use]
    pub fn server(&self) -> String {
        address(&self.grpc_server_host, self.grpc_server_port)
    }
}

// === impl Links ===

impl Links {
    pub(crate) fn grafana(&self) -> Option<&str> {
        self.grafana_url.as_ref().and_then(BaseUrl::url)
    }

    pub(crate) fn prometheus(&self) -> Option<&str> {
        self.prometheus_url.as_ref().and_then(BaseUrl::url)
    }

    pub(crate) fn jaeger(&self) -> Option<&str> {
        self.jaeger_url.as_ref().and_then(BaseUrl::url)
    }

    pub(crate) fn mailbox(&self) -> Option<&str> {
        self.maildev_url.as_ref().and_then(BaseUrl::url)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        config: Config,
    }

    fn config(flags: &[&str]) -> Result<Config, String> {
        let flags = [&["web-client"], flags].concat();
        Program::try_parse_from(flags).map(|program| program.config).map_err(|error| error.to_string())
    }

    #[test]
    fn an_invalid_setting_is_reported_with_its_flag_value_and_expectation() {
        for (flag, value, expected) in [
            ("--grpc-deadline", "0s", "from 1ms to 1h"),
            ("--grpc-deadline", "2", "from 1ms to 1h"),
            ("--shutdown-grace", "soon", "such as 5s"),
            ("--grpc-server-port", "70000", "1 to 65535"),
            ("--grpc-server-port", "0", "1 to 65535"),
            ("--grpc-server-host", "", "such as localhost"),
            ("--grpc-server-host", "http://echo", "such as localhost"),
            ("--grpc-server-host", "echo:8080", "such as localhost"),
            ("--grpc-server-host", "a/b", "such as localhost"),
            ("--grpc-server-host", "me@echo", "such as localhost"),
            ("--grpc-server-host", "[::1]", "such as localhost"),
            ("--orders", "maybe", "possible values: true, false"),
            ("--jaeger-url", "jaeger:16686", "such as http://"),
            ("--grafana-url", "javascript://x", "such as http://"),
        ] {
            let error = config(&[flag, value]).unwrap_err();
            assert!([flag, value, expected].iter().all(|part| error.contains(part)), "{error}");
        }
    }

    #[test]
    fn an_address_loses_its_trailing_slash_and_may_be_empty() {
        let config = config(&["--grafana-url", "http://127.0.0.1:3000/", "--jaeger-url", ""]).unwrap();
        assert_eq!(config.links.grafana(), Some("http://127.0.0.1:3000"));
        assert_eq!(config.links.jaeger(), None);
    }

    #[test]
    fn an_ipv6_host_is_put_in_brackets() {
        assert_eq!(config(&["--grpc-server-host", "::1"]).unwrap().server(), "[::1]:8080");
        assert_eq!(config(&["--grpc-server-host", "echo"]).unwrap().server(), "echo:8080");
    }
}
