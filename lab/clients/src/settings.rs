//! Where the lab's parts are, and where its files are mounted.
//!
//! The defaults are those of the lab's own network; a developer's parts on loopback are reached by flags.

use std::path::PathBuf;

use clap::Args;

use crate::tutorial::Chosen;

/// What every subcommand takes.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    /// Compose project of the lab
    #[arg(long, env = "LAB_NAME", default_value = "lookout", global = true)]
    pub lab_name: String,
    /// The tutorials that were started
    #[arg(long, env = "TUTORIAL", value_enum, default_value = "all", global = true)]
    pub tutorial: Chosen,
    /// Docker's socket
    #[arg(long, env = "DOCKER_SOCKET", default_value = "/var/run/docker.sock", global = true)]
    pub docker_socket: PathBuf,
    /// Folder of the dashboards, one folder in it per tutorial
    #[arg(long, env = "LAB_DASHBOARDS", default_value = "/srv/grafana/dashboards", global = true)]
    pub dashboards: PathBuf,
    /// Grafana's provisioned alerting files; the rules among them
    #[arg(long, env = "LAB_ALERTING", default_value = "/srv/grafana/alerting", global = true)]
    pub alerting: PathBuf,
    /// The golden catalogue of metrics
    #[arg(long, env = "LAB_CATALOGUE", default_value = "/srv/metrics.golden", global = true)]
    pub catalogue: PathBuf,
    /// Folder shared by all runs in one lab; holds the lock of `check` and `alert`
    #[arg(long, env = "LAB_STATE", default_value = "/var/lib/lab", global = true)]
    pub state: PathBuf,
    /// Where alert mail goes; the lab sees only its own mailbox
    #[arg(long, env = "SMTP_HOST", default_value = "maildev", global = true)]
    pub smtp_host: String,
    /// The alert mails' sender
    #[arg(long, env = "SMTP_FROM", default_value = "alertmanager@lookout.example", global = true)]
    pub smtp_from: String,
    /// The alert mails' recipient
    #[arg(long, env = "SMTP_TO", default_value = "oncall@lookout.example", global = true)]
    pub smtp_to: String,

    /// Envoy's edge listener
    #[arg(long, env = "LAB_EDGE", default_value = "http://envoy:10000", global = true)]
    pub edge: String,
    /// Envoy's gRPC listener
    #[arg(long, env = "LAB_GRPC_EDGE", default_value = "http://envoy:10001", global = true)]
    pub grpc_edge: String,
    /// Envoy's admin page
    #[arg(long, env = "LAB_ENVOY_ADMIN", default_value = "http://envoy:9901", global = true)]
    pub envoy_admin: String,
    /// The web client
    #[arg(long, env = "LAB_WEB_CLIENT", default_value = "http://web-client:8081", global = true)]
    pub web_client: String,
    /// The echo server
    #[arg(long, env = "LAB_ECHO_SERVER", default_value = "http://echo-server:8080", global = true)]
    pub echo_server: String,
    /// The metrics sink's pages
    #[arg(long, env = "LAB_METRICS_SINK", default_value = "http://metrics-sink:9102", global = true)]
    pub metrics_sink: String,
    /// The order service's metrics
    #[arg(long, env = "LAB_ORDER_METRICS", default_value = "http://order-service:8085", global = true)]
    pub order_metrics: String,
    /// The order service's admin page, which switches its faults
    #[arg(long, env = "LAB_ORDER_ADMIN", default_value = "http://order-service:8087", global = true)]
    pub order_admin: String,
    /// The balancer, in front of the hello servers
    #[arg(long, env = "LAB_BALANCER", default_value = "tcp-balancer:3100", global = true)]
    pub balancer: String,
    /// The balancer's REST and metrics
    #[arg(long, env = "LAB_BALANCER_REST", default_value = "http://tcp-balancer:8888", global = true)]
    pub balancer_rest: String,
    /// What the balancer's REST takes changes with
    #[arg(long, env = "BALANCER_TOKEN_FILE", default_value = "/run/secrets/balancer-token", global = true)]
    pub balancer_token: PathBuf,
    /// Where the balancer listens for the soak
    #[arg(long, env = "LAB_SOAK_PORT", default_value_t = 3199, global = true)]
    pub soak_port: u16,
    /// `InfluxDB`
    #[arg(long, env = "LAB_INFLUXDB", default_value = "http://influxdb:8086", global = true)]
    pub influxdb: String,
    /// The database that the hello servers push to
    #[arg(long, env = "INFLUX_DB", default_value = "metric", global = true)]
    pub influxdb_database: String,
    /// Prometheus
    #[arg(long, env = "LAB_PROMETHEUS", default_value = "http://prometheus:9090", global = true)]
    pub prometheus: String,
    /// Alertmanager
    #[arg(long, env = "LAB_ALERTMANAGER", default_value = "http://alertmanager:9093", global = true)]
    pub alertmanager: String,
    /// Grafana
    #[arg(long, env = "LAB_GRAFANA", default_value = "http://grafana:3000", global = true)]
    pub grafana: String,
    /// Jaeger's query API
    #[arg(long, env = "LAB_JAEGER", default_value = "http://jaeger:16686", global = true)]
    pub jaeger: String,
    /// The mailbox
    #[arg(long, env = "LAB_MAILDEV", default_value = "http://maildev:1080", global = true)]
    pub maildev: String,
    /// The console
    #[arg(long, env = "LAB_CONSOLE", default_value = "http://console:8000", global = true)]
    pub console: String,
    /// The `Host` that the console lets in, as a browser names it
    #[arg(long, env = "LAB_CONSOLE_HOST", default_value = "127.0.0.1:8000", global = true)]
    pub console_host: String,
}
