//! The lab's services, by their names in compose.yaml.

use std::fmt;

/// A long-running service of the lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// The lab's web console.
    Console,
    /// The proxy in front of the web client and the gRPC servers.
    Envoy,
    /// Publishes the third-party services' web ports, and refuses requests of other sites' pages.
    Gate,
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

/// A port of a service that is published on 127.0.0.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port {
    /// The setting in compose.yaml.
    pub setting: &'static str,
    /// The default port.
    pub default: u16,
}

const fn port(setting: &'static str, default: u16) -> Port {
    Port { setting, default }
}

impl Service {
    /// All services, in the order in which they are reported.
    pub const ALL: [Self; 16] = [
        Self::Console,
        Self::Envoy,
        Self::Gate,
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
            Self::Gate => "gate",
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

    /// The ports of this service that are published, by itself or by the gate.
    pub fn ports(self) -> &'static [Port] {
        match self {
            Self::Console => const { &[port("CONSOLE_PORT", 8000)] },
            Self::Envoy => {
                const { &[port("EDGE_PORT", 10000), port("GRPC_EDGE_PORT", 10001), port("ENVOY_ADMIN_PORT", 9901)] }
            }
            Self::WebClient => const { &[port("WEB_CLIENT_PORT", 8081)] },
            Self::EchoServer => const { &[port("ECHO_SERVER_PORT", 8080)] },
            Self::MetricsSink => {
                const { &[port("METRICS_SINK_GRPC_PORT", 9001), port("METRICS_SINK_PORT", 9102)] }
            }
            Self::OrderService => {
                const { &[port("ORDER_SERVICE_PORT", 8084), port("ORDER_METRICS_PORT", 8085)] }
            }
            Self::TcpBalancer => const { &[port("BALANCER_PORT", 3100), port("BALANCER_REST_PORT", 8888)] },
            Self::Gate | Self::HelloInflux1 | Self::HelloInflux2 => &[],
            Self::InfluxDb => const { &[port("INFLUXDB_PORT", 8086)] },
            Self::Prometheus => const { &[port("PROMETHEUS_PORT", 9090)] },
            Self::Alertmanager => const { &[port("ALERTMANAGER_PORT", 9093)] },
            Self::Grafana => const { &[port("GRAFANA_PORT", 3000)] },
            Self::Jaeger => {
                const { &[port("JAEGER_PORT", 16686), port("OTLP_PORT", 4317), port("OTLP_HTTP_PORT", 4318)] }
            }
            Self::Maildev => const { &[port("MAILDEV_PORT", 1080)] },
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
