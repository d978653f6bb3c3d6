//! The lab's services, by their names in compose.yaml.

use std::fmt;

/// A long-running service of the lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// The lab's web console.
    Console,
    /// The proxy in front of the web client and the gRPC servers.
    Envoy,
    /// The HTTP front end, a gRPC client.
    WebClient,
    /// The gRPC echo server.
    EchoServer,
    /// Receives the metrics that Envoy streams.
    MetricsSink,
    /// Stores orders in a database.
    OrderService,
    /// The TCP load balancer in front of the hello servers.
    TcpBalancer,
    /// The first hello server.
    HelloInflux1,
    /// The second hello server.
    HelloInflux2,
    /// The database that the hello servers push their metrics to.
    InfluxDb,
    /// Scrapes metrics and evaluates rules.
    Prometheus,
    /// Sends Prometheus' alerts as mails.
    Alertmanager,
    /// Shows dashboards and evaluates its own alert rules.
    Grafana,
    /// Stores traces.
    Jaeger,
    /// Receives the alert mails.
    Maildev,
}

impl Service {
    /// All services, in the order in which they are reported.
    pub const ALL: [Self; 15] = [
        Self::Console,
        Self::Envoy,
        Self::WebClient,
        Self::EchoServer,
        Self::MetricsSink,
        Self::OrderService,
        Self::TcpBalancer,
        Self::HelloInflux1,
        Self::HelloInflux2,
        Self::InfluxDb,
        Self::Prometheus,
        Self::Alertmanager,
        Self::Grafana,
        Self::Jaeger,
        Self::Maildev,
    ];

    /// The name in compose.yaml.
    pub fn name(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Envoy => "envoy",
            Self::WebClient => "web-client",
            Self::EchoServer => "echo-server",
            Self::MetricsSink => "metrics-sink",
            Self::OrderService => "order-service",
            Self::TcpBalancer => "tcp-balancer",
            Self::HelloInflux1 => "hello-influx-1",
            Self::HelloInflux2 => "hello-influx-2",
            Self::InfluxDb => "influxdb",
            Self::Prometheus => "prometheus",
            Self::Alertmanager => "alertmanager",
            Self::Grafana => "grafana",
            Self::Jaeger => "jaeger",
            Self::Maildev => "maildev",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
