//! The settings that all HTTP servers share.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::Args;

use super::hosts::AllowedHosts;
use crate::settings::{ip_address, timeout};

/// Settings of a program's HTTP servers.
#[derive(Debug, Clone, Args)]
pub struct HttpSettings {
    /// Address of the interface to listen on, such as 127.0.0.1; 0.0.0.0 means all IPv4 interfaces, :: all interfaces
    #[arg(
        long,
        env = "BIND_ADDRESS",
        value_name = "ADDRESS",
        default_value = "0.0.0.0",
        value_parser = ip_address
    )]
    pub bind_address: IpAddr,
    /// Hosts that requests may name besides those of the loopback interface, such as web-client,lab.example:8080; * means any
    #[arg(long, env = "ALLOWED_HOSTS", value_name = "HOST,...", default_value = "")]
    pub allowed_hosts: AllowedHosts,
    /// Timeouts of stalled clients.
    #[command(flatten)]
    pub timeouts: Timeouts,
}

/// How long a server waits for a client.
#[derive(Debug, Clone, Copy, Args)]
pub struct Timeouts {
    /// Maximum time for a request's headers, from their first byte or from the connection's start, such as 10s
    #[arg(
        id = "http_header_timeout",
        long = "http-header-timeout",
        env = "HTTP_HEADER_TIMEOUT",
        value_name = "DURATION",
        default_value = "10s",
        value_parser = timeout
    )]
    pub header: Duration,
    /// Maximum time for a request's body, or for one message of a gRPC request, from its first byte to its last
    #[arg(
        id = "http_body_timeout",
        long = "http-body-timeout",
        env = "HTTP_BODY_TIMEOUT",
        value_name = "DURATION",
        default_value = "30s",
        value_parser = timeout
    )]
    pub body: Duration,
    /// Maximum time that a connection stays open without a request
    #[arg(
        id = "http_idle_timeout",
        long = "http-idle-timeout",
        env = "HTTP_IDLE_TIMEOUT",
        value_name = "DURATION",
        default_value = "60s",
        value_parser = timeout
    )]
    pub idle: Duration,
    /// Maximum time in which a client accepts no byte of a response that is ready
    #[arg(
        id = "http_write_timeout",
        long = "http-write-timeout",
        env = "HTTP_WRITE_TIMEOUT",
        value_name = "DURATION",
        default_value = "30s",
        value_parser = timeout
    )]
    pub write: Duration,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            bind_address: Ipv4Addr::UNSPECIFIED.into(),
            allowed_hosts: AllowedHosts::default(),
            timeouts: Timeouts::default(),
        }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { header: seconds(10), body: seconds(30), idle: seconds(60), write: seconds(30) }
    }
}

impl HttpSettings {
    /// Where a health check on the same machine reaches `port`.
    #[must_use]
    pub fn local_address(&self, port: u16) -> SocketAddr {
        let address = match self.bind_address {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
            address => address,
        };
        SocketAddr::new(address, port)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        http: HttpSettings,
    }

    fn parse(flags: &[&str]) -> Result<HttpSettings, String> {
        let flags = [&["tea"], flags].concat();
        Program::try_parse_from(flags).map(|program| program.http).map_err(|error| error.to_string())
    }

    #[test]
    fn defaults_of_flags_and_of_the_type_agree() {
        assert_eq!(format!("{:?}", parse(&[]).unwrap()), format!("{:?}", HttpSettings::default()));
    }

    #[test]
    fn an_invalid_value_is_reported_with_its_flag_and_the_expectation() {
        for (flag, value, expected) in [
            ("--bind-address", "localhost", "an IP address"),
            ("--bind-address", "127.0.0.1:80", "an IP address"),
            ("--http-header-timeout", "0s", "above 0"),
            ("--http-body-timeout", "5", "above 0"),
            ("--http-idle-timeout", "-5s", "above 0"),
            ("--http-write-timeout", "soon", "above 0"),
            ("--allowed-hosts", "http://a", "hosts"),
            ("--allowed-hosts", "a,b/c", "hosts"),
            ("--allowed-hosts", "me@a", "hosts"),
        ] {
            let error = parse(&[&format!("{flag}={value}")]).expect_err(value);
            assert!(error.contains(flag) && error.contains(expected), "{error}");
        }
    }

    #[test]
    fn health_checks_use_the_loopback_interface_unless_an_address_is_set() {
        for (bind, expected) in [
            ("0.0.0.0", "127.0.0.1:80"),
            ("::", "[::1]:80"),
            ("10.0.0.1", "10.0.0.1:80"),
            ("::1", "[::1]:80"),
        ] {
            let settings = parse(&["--bind-address", bind]).unwrap();
            assert_eq!(settings.local_address(80).to_string(), expected);
        }
    }
}
