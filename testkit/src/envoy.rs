//! A real Envoy that flushes its metrics to a sink.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use reqwest::StatusCode;
use tempfile::TempDir;
use tokio::process::Child;

use crate::prometheus::real_program;
use crate::{command, eventually, free_port};

/// Maximum time until it answers.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A running Envoy with a listener that answers each request itself, and a cluster `up` from a CDS file, through which
/// `/up` leads back to the listener. It is killed on drop.
#[derive(Debug)]
pub struct Envoy {
    id: String,
    child: Child,
    admin: SocketAddr,
    listener: SocketAddr,
    folder: TempDir,
    /// The number of hot restarts before this process.
    epoch: u32,
}

/// What tests configure. Texts are in YAML.
#[derive(Debug, Clone)]
pub struct Config {
    /// `node.id`; the node's cluster is `envoy`.
    pub id: String,
    /// Port of the sink at 127.0.0.1.
    pub sink_port: u16,
    /// More fields of `grpc_service`, such as `initial_metadata`.
    pub grpc_service: String,
    /// More fields of the sink's cluster, such as `transport_socket`.
    pub cluster: String,
    /// `stats_flush_interval`.
    pub flush_interval: String,
    /// Histograms, batches and deltas: fields of `MetricsServiceConfig` as a mapping in flow style.
    pub sink: String,
    /// Entries of `stats_config.stats_tags` in flow style.
    pub stats_tags: String,
    /// `emit_tags_as_labels`.
    pub emit_tags_as_labels: bool,
    /// Whether the process can be replaced by a hot restart.
    pub can_hot_restart: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            id: String::new(),
            sink_port: 0,
            grpc_service: String::new(),
            cluster: String::new(),
            flush_interval: "0.2s".into(),
            sink: "{ histogram_emit_mode: HISTOGRAM }".into(),
            stats_tags: String::new(),
            emit_tags_as_labels: true,
            can_hot_restart: false,
        }
    }
}

impl Envoy {
    /// Starts the program at `ENVOY`, and waits until it serves.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start(config: &Config) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let address = || SocketAddr::from(([127, 0, 0, 1], free_port()));
        let (admin, listener) = (address(), address());
        let path = folder.path().join("envoy.yaml");
        let cds = folder.path().join("cds.yaml");
        fs::write(&path, bootstrap(config, admin, listener, &cds)).expect("written");
        write_cds(folder.path(), listener, Some("1s"));
        let epoch = config.can_hot_restart.then_some(0);
        let child = spawn(folder.path(), epoch);
        let envoy = Self { id: config.id.clone(), child, admin, listener, folder, epoch: 0 };
        let ready = format!("http://{admin}/ready");
        eventually(TIMEOUT, async || {
            reqwest::get(&ready).await.is_ok_and(|reply| reply.status() == StatusCode::OK)
        })
        .await;
        envoy
    }

    /// Replaces the process by a hot restart, and waits until the old process has ended.
    ///
    /// # Panics
    /// If it cannot be replaced.
    pub async fn hot_restart(mut self) -> Self {
        self.epoch += 1;
        let mut old = std::mem::replace(&mut self.child, spawn(self.folder.path(), Some(self.epoch)));
        old.wait().await.expect("ended");
        self
    }

    /// Sends a request through its listener.
    ///
    /// # Panics
    /// If the status is not 200.
    pub async fn request(&self) {
        let reply = reqwest::get(format!("http://{}/", self.listener)).await.expect("a reply");
        assert_eq!(reply.status(), StatusCode::OK);
    }

    /// `node.id`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Sends requests, of which every second one passes through the cluster as well.
    ///
    /// # Panics
    /// If one is not answered.
    pub async fn requests(&self, count: usize) {
        for at in 0..count {
            let path = if at % 2 == 0 { "" } else { "up" };
            reqwest::get(format!("http://{}/{path}", self.listener)).await.expect("a reply");
        }
    }

    /// Replaces the CDS file by one whose cluster has this connect timeout, or by one without the cluster, and waits until
    /// Envoy has read it.
    ///
    /// # Panics
    /// If Envoy does not read it.
    pub async fn update_cluster(&self, connect_timeout: Option<&str>) {
        let updates = async || {
            let page = self.used_metrics().await;
            page.lines()
                .find(|line| line.starts_with("envoy_cluster_manager_cds_update_success"))
                .map(str::to_owned)
        };
        let before = updates().await;
        write_cds(self.folder.path(), self.listener, connect_timeout);
        eventually(TIMEOUT, async || updates().await != before).await;
    }

    /// Posts to its admin interface.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn post(&self, path: &str) {
        let url = format!("http://{}{path}", self.admin);
        reqwest::Client::new().post(url).send().await.expect("a reply");
    }

    /// Ends it by its admin interface, and waits until it has ended. It flushes once more.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn quit(mut self) {
        self.post("/quitquitquit").await;
        self.child.wait().await.expect("ended");
    }

    /// The metrics of its own page that have been used: those that it flushes.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn used_metrics(&self) -> String {
        let url = format!("http://{}/stats/prometheus?usedonly", self.admin);
        reqwest::get(url).await.expect("a reply").text().await.expect("a page")
    }

    /// Its counters that have been used, one line `NAME: VALUE` each, with tags as parts of the names.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn used_counters(&self) -> String {
        let url = format!("http://{}/stats?usedonly&type=Counters", self.admin);
        reqwest::get(url).await.expect("a reply").text().await.expect("a page")
    }

    /// Its own page of metrics.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn metrics(&self) -> String {
        let reply = reqwest::get(format!("http://{}/stats/prometheus", self.admin)).await.expect("a reply");
        reply.text().await.expect("a page")
    }

    /// Sends SIGKILL and waits until it has ended.
    ///
    /// # Panics
    /// If it cannot be killed.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("killed");
    }
}

/// Starts a process with the configuration in `folder`, for hot restarts if it has an epoch.
fn spawn(folder: &Path, epoch: Option<u32>) -> Child {
    let mut command = command(&real_program("ENVOY"), &[]);
    command
        .arg("--config-path")
        .arg(folder.join("envoy.yaml"))
        .args(["--concurrency", "1", "--log-level", "warning"])
        .stdout(Stdio::null())
        .stderr(fs::File::create(folder.join(format!("log-{}", epoch.unwrap_or(0)))).expect("created"));
    let base_id = folder.join("base-id");
    match epoch {
        None => command.arg("--disable-hot-restart"),
        Some(0) => command.arg("--use-dynamic-base-id").arg("--base-id-path").arg(base_id),
        Some(epoch) => {
            let base_id = fs::read_to_string(base_id).expect("the first process has written it");
            command.args(["--base-id", base_id.trim(), "--restart-epoch", &epoch.to_string()]).args([
                "--drain-time-s",
                "1",
                "--parent-shutdown-time-s",
                "2",
            ])
        }
    };
    command.spawn().expect("Envoy starts")
}

/// Moves a new CDS file over the old one, which is what Envoy watches for.
fn write_cds(folder: &Path, listener: SocketAddr, connect_timeout: Option<&str>) {
    let port = listener.port();
    let cluster = connect_timeout.map(|timeout| {
        format!(
            r#"
  - "@type": type.googleapis.com/envoy.config.cluster.v3.Cluster
    name: up
    connect_timeout: {timeout}
    load_assignment:
      cluster_name: up
      endpoints:
        - lb_endpoints:
            - endpoint: {{ address: {{ socket_address: {{ address: 127.0.0.1, port_value: {port} }} }} }}
"#
        )
    });
    let new = folder.join("new");
    fs::write(&new, format!("resources: {}\n", cluster.as_deref().unwrap_or("[]"))).expect("written");
    fs::rename(new, folder.join("cds.yaml")).expect("moved");
}

fn bootstrap(config: &Config, admin: SocketAddr, listener: SocketAddr, cds: &Path) -> String {
    let Config { id, sink_port, grpc_service, cluster, flush_interval, sink, stats_tags, .. } = config;
    let emit_tags_as_labels = config.emit_tags_as_labels;
    let sink = sink.trim_matches(['{', '}']).trim().replace(", ", "\n      ");
    let (admin, listener, cds) = (admin.port(), listener.port(), cds.display());
    format!(
        r#"
node: {{ cluster: envoy, id: {id} }}
admin: {{ address: {{ socket_address: {{ address: 127.0.0.1, port_value: {admin} }} }} }}
stats_flush_interval: {flush_interval}
stats_config: {{ stats_tags: [{stats_tags}] }}
dynamic_resources: {{ cds_config: {{ path_config_source: {{ path: {cds} }} }} }}
stats_sinks:
  - name: envoy.stat_sinks.metrics_service
    typed_config:
      "@type": type.googleapis.com/envoy.config.metrics.v3.MetricsServiceConfig
      transport_api_version: V3
      emit_tags_as_labels: {emit_tags_as_labels}
      {sink}
      grpc_service:
        envoy_grpc: {{ cluster_name: metrics-sink }}
        {grpc_service}
static_resources:
  listeners:
    - name: web
      address: {{ socket_address: {{ address: 127.0.0.1, port_value: {listener} }} }}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: web
                route_config:
                  validate_clusters: false
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - match: {{ prefix: /up }}
                          route: {{ cluster: up, prefix_rewrite: / }}
                        - match: {{ prefix: / }}
                          direct_response: {{ status: 200, body: {{ inline_string: ok }} }}
                http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
  clusters:
    - name: metrics-sink
      type: STATIC
      typed_extension_protocol_options:
        envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
          "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
          explicit_http_config: {{ http2_protocol_options: {{}} }}
      load_assignment:
        cluster_name: metrics-sink
        endpoints:
          - lb_endpoints:
              - endpoint: {{ address: {{ socket_address: {{ address: 127.0.0.1, port_value: {sink_port} }} }} }}
      {cluster}
"#
    )
}
