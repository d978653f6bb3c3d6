//! The lab's own parts, by the names that Compose and the lab's network give them.

use std::fmt;

/// A part of the lab that is always wanted, or wanted by one of its tutorials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// The lab's front door.
    Console,
    /// The proxy in front of everything.
    Envoy,
    /// The page and the gRPC client.
    WebClient,
    /// The gRPC server.
    EchoServer,
    /// What Envoy flushes its metrics to.
    MetricsSink,
    /// Orders, kept in a database.
    OrderService,
    /// In front of the hello servers.
    TcpBalancer,
    /// The first hello server.
    HelloInflux1,
    /// The second hello server.
    HelloInflux2,
    /// What the hello servers push to.
    InfluxDb,
    /// Scrapes, rules, alerts.
    Prometheus,
    /// Alerts to mail.
    Alertmanager,
    /// Dashboards.
    Grafana,
    /// Traces.
    Jaeger,
    /// The mailbox.
    Maildev,
}

impl Service {
    /// All of them, in the order in which they are reported.
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
