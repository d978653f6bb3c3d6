//! Settings of the console, by flag or environment variable.

use std::path::PathBuf;
use std::time::Duration;

use catalog::{Selection, Service};
use clap::Args;
use clients::settings::Settings;
use http::uri::Authority;
use kit::server::HttpSettings;
use kit::settings::{BaseUrl, base_url, duration};

/// Settings of the console, except its port.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// Accepted values of the `Host` header, instead of those of the loopback interface
    #[arg(
        long,
        env = "CONSOLE_HOSTS",
        value_name = "HOST:PORT,...",
        value_delimiter = ',',
        default_value = "127.0.0.1:8000,localhost:8000",
        value_parser = host
    )]
    pub console_hosts: Vec<String>,
    /// Folder of the built web files
    #[arg(long, env = "CONSOLE_ASSETS", value_name = "FOLDER", default_value = "/srv/console")]
    pub console_assets: PathBuf,
    /// Folder of the tutorials' documents
    #[arg(long, env = "CONSOLE_DOCS", value_name = "FOLDER", default_value = "/srv/docs")]
    pub console_docs: PathBuf,
    /// Timeout of a dashboard query, such as 5s or 500ms
    #[arg(long, env = "CONSOLE_QUERY_TIMEOUT", value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub console_query_timeout: Duration,
    /// How long requests may take to end after SIGTERM, such as 5s or 500ms
    #[arg(long, env = "SHUTDOWN_GRACE", value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub shutdown_grace: Duration,
    /// Addresses and files of the lab.
    #[command(flatten)]
    pub settings: Settings,
    /// Settings of HTTP.
    #[command(flatten)]
    pub http: HttpSettings,
    /// Published addresses, for links.
    #[command(flatten)]
    pub links: Links,
}

macro_rules! links {
    ($($(#[doc = $doc:literal])+ $field:ident $variable:literal => $name:ident;)+) => {
        /// Addresses of the services in the reader's browser. A service without one is not linked.
        #[derive(Args, Clone, Debug, Default)]
        pub struct Links {
            $(
                $(#[doc = $doc])+
                #[arg(long, env = $variable, value_name = "URL", value_parser = base_url)]
                pub $field: Option<BaseUrl>,
            )+
        }

        impl Links {
            /// Name of each service in the API, with its address if it has one.
            #[must_use]
            pub fn all(&self) -> Vec<(&'static str, Option<&str>)> {
                vec![$((stringify!($name), self.$field.as_ref().and_then(BaseUrl::url)),)+]
            }

            /// The address of the service with this name in the API.
            #[must_use]
            pub fn address(&self, name: &str) -> Option<&str> {
                self.all().into_iter().find_map(|(service, url)| url.filter(|_| service == name))
            }
        }
    };
}

links! {
    /// Address of Grafana in the reader's browser, such as <http://127.0.0.1:3000>
    grafana_url "GRAFANA_URL" => grafana;
    /// Address of Prometheus
    prometheus_url "PROMETHEUS_URL" => prometheus;
    /// Address of Alertmanager
    alertmanager_url "ALERTMANAGER_URL" => alertmanager;
    /// Address of Jaeger
    jaeger_url "JAEGER_URL" => jaeger;
    /// Address of the mailbox
    maildev_url "MAILDEV_URL" => mailbox;
    /// Address of Envoy's edge
    edge_url "EDGE_URL" => edge;
    /// Address of Envoy's admin page
    envoy_admin_url "ENVOY_ADMIN_URL" => envoy_admin;
    /// Address of the metrics sink
    sink_url "SINK_URL" => sink;
    /// Address of the balancer
    balancer_url "BALANCER_URL" => balancer;
    /// Address of the balancer's REST API
    balancer_rest_url "BALANCER_REST_URL" => balancer_rest;
    /// Address of `InfluxDB`
    influxdb_url "INFLUXDB_URL" => influxdb;
    /// Address of the echo server
    echo_server_url "ECHO_SERVER_URL" => echo_server;
    /// Address of the web client
    web_client_url "WEB_CLIENT_URL" => web_client;
    /// Address of the order service's metrics
    order_metrics_url "ORDER_METRICS_URL" => order_metrics;
}

impl Links {
    /// Removes the addresses of services that the selection leaves out.
    pub(crate) fn limit_to(&mut self, selection: Selection) {
        let services = [
            (Service::MetricsSink, &mut self.sink_url),
            (Service::OrderService, &mut self.order_metrics_url),
            (Service::TcpBalancer, &mut self.balancer_url),
            (Service::TcpBalancer, &mut self.balancer_rest_url),
            (Service::InfluxDb, &mut self.influxdb_url),
        ];
        for (service, url) in services {
            if !selection.has_service(service) {
                *url = None;
            }
        }
    }
}

/// Parses a host with an optional port, as in the `Host` header.
fn host(value: &str) -> Result<String, &'static str> {
    let authority = value.parse::<Authority>();
    let is_host = authority.is_ok_and(|it| !it.host().is_empty() && !it.as_str().contains('@'));
    is_host.then(|| value.to_ascii_lowercase()).ok_or("expected a host, such as 127.0.0.1:8000")
}
