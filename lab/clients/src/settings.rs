//! The addresses of the lab's services, and the paths of its files, from flags and the environment.
//!
//! The defaults are those inside the lab's network.

use std::path::PathBuf;

use catalog::Selection;
use clap::Args;

/// Flags of every subcommand.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    /// Compose project of the lab
    #[arg(long, env = "LAB_NAME", default_value = "lookout", global = true)]
    pub lab_name: String,
    /// The selected tutorials
    #[arg(long, env = "TUTORIAL", value_enum, default_value = "all", global = true)]
    pub tutorial: Selection,
    /// Docker's socket
    #[arg(long, env = "DOCKER_SOCKET", default_value = "/var/run/docker.sock", global = true)]
    pub docker_socket: PathBuf,
    /// Folder of the dashboards, with a subfolder per tutorial
    #[arg(long, env = "LAB_DASHBOARDS", default_value = "/srv/grafana/dashboards", global = true)]
    pub dashboards: PathBuf,
    /// Folder of the user's own scrape jobs and rules
    #[arg(long, env = "LAB_OWN", default_value = "/srv/prometheus/own", global = true)]
    pub own: PathBuf,
    /// Folder of Grafana's alert rules
    #[arg(long, env = "LAB_ALERTING", default_value = "/srv/grafana/alerting/rules", global = true)]
    pub alerting: PathBuf,
    /// Folder of the rendered configuration, with a subfolder per reader
    #[arg(long, env = "LAB_RENDERED", default_value = "/out", global = true)]
    pub rendered: PathBuf,
    /// File of expected metric names and labels
    #[arg(long, env = "LAB_CATALOGUE", default_value = "/srv/metrics.golden", global = true)]
    pub catalogue: PathBuf,
    /// Folder shared by all commands of one lab; holds the lock of `check` and `alert`
    #[arg(long, env = "LAB_STATE", default_value = "/var/lib/lab", global = true)]
    pub state: PathBuf,
    /// SMTP host of alert mails; only the lab's own mailbox can be read
    #[arg(long, env = "SMTP_HOST", default_value = "maildev", global = true)]
    pub smtp_host: String,
    /// Sender of alert mails
    #[arg(long, env = "SMTP_FROM", default_value = "alertmanager@lookout.example", global = true)]
    pub smtp_from: String,
    /// Recipient of alert mails
    #[arg(long, env = "SMTP_TO", default_value = "oncall@lookout.example", global = true)]
    pub smtp_to: String,

    /// Envoy's edge listener
    #[arg(long, env = "LAB_EDGE", default_value = "http://envoy:10000", global = true)]
    pub edge: String,
    /// Envoy's gRPC listener
    #[arg(long, env = "LAB_GRPC_EDGE", default_value = "http://envoy:10001", global = true)]
    pub grpc_edge: String,
    /// Envoy's admin API
    #[arg(long, env = "LAB_ENVOY_ADMIN", default_value = "http://envoy:9901", global = true)]
    pub envoy_admin: String,
    /// The web client
    #[arg(long, env = "LAB_WEB_CLIENT", default_value = "http://web-client:8081", global = true)]
    pub web_client: String,
    /// The echo server
    #[arg(long, env = "LAB_ECHO_SERVER", default_value = "http://echo-server:8080", global = true)]
    pub echo_server: String,
    /// The metrics sink's HTTP pages
    #[arg(long, env = "LAB_METRICS_SINK", default_value = "http://metrics-sink:9102", global = true)]
    pub metrics_sink: String,
    /// The order service's metrics
    #[arg(long, env = "LAB_ORDER_METRICS", default_value = "http://order-service:8085", global = true)]
    pub order_metrics: String,
    /// The order service's admin API, which controls its faults
    #[arg(long, env = "LAB_ORDER_ADMIN", default_value = "http://order-service:8087", global = true)]
    pub order_admin: String,
    /// The balancer's listener in front of the hello servers
    #[arg(long, env = "LAB_BALANCER", default_value = "tcp-balancer:3100", global = true)]
    pub balancer: String,
    /// The balancer's REST API and metrics
    #[arg(long, env = "LAB_BALANCER_REST", default_value = "http://tcp-balancer:8888", global = true)]
    pub balancer_rest: String,
    /// File of the bearer token for changes through the balancer's REST API
    #[arg(long, env = "BALANCER_TOKEN_FILE", default_value = "/run/lookout/balancer-token", global = true)]
    pub balancer_token: PathBuf,
    /// Port of the balancer's listener for the soak test
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
    /// A `Host` header that the console accepts
    #[arg(long, env = "LAB_CONSOLE_HOST", default_value = "127.0.0.1:8000", global = true)]
    pub console_host: String,
}
