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

/// A running Envoy with a listener that answers each request itself. It is killed on drop.
#[derive(Debug)]
pub struct Envoy {
    child: Child,
    admin: SocketAddr,
    listener: SocketAddr,
    _folder: TempDir,
}

/// What tests configure. Texts are in YAML.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `node.id`; the node's cluster is `envoy`.
    pub id: String,
    /// Port of the sink at 127.0.0.1.
    pub sink_port: u16,
    /// More fields of `grpc_service`, such as `initial_metadata`.
    pub grpc_service: String,
    /// More fields of the sink's cluster, such as `transport_socket`.
    pub cluster: String,
}

impl Envoy {
    /// Starts the program at `ENVOY`, which flushes every 200 ms, and waits until it serves.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start(config: &Config) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let address = || SocketAddr::from(([127, 0, 0, 1], free_port()));
        let (admin, listener) = (address(), address());
        let path = folder.path().join("envoy.yaml");
        fs::write(&path, bootstrap(config, admin, listener)).expect("written");
        let child = spawn(&path, &folder.path().join("log"));
        let envoy = Self { child, admin, listener, _folder: folder };
        let ready = format!("http://{admin}/ready");
        eventually(TIMEOUT, async || {
            reqwest::get(&ready).await.is_ok_and(|reply| reply.status() == StatusCode::OK)
        })
        .await;
        envoy
    }

    /// Sends a request through its listener.
    ///
    /// # Panics
    /// If the status is not 200.
    pub async fn request(&self) {
        let reply = reqwest::get(format!("http://{}/", self.listener)).await.expect("a reply");
        assert_eq!(reply.status(), StatusCode::OK);
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

fn spawn(config: &Path, log: &Path) -> Child {
    command(&real_program("ENVOY"), &[])
        .arg("--config-path")
        .arg(config)
        .args(["--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"])
        .stdout(Stdio::null())
        .stderr(fs::File::create(log).expect("created"))
        .spawn()
        .expect("Envoy starts")
}

fn bootstrap(config: &Config, admin: SocketAddr, listener: SocketAddr) -> String {
    let Config { id, sink_port, grpc_service, cluster } = config;
    let (admin, listener) = (admin.port(), listener.port());
    format!(
        r#"
node: {{ cluster: envoy, id: {id} }}
admin: {{ address: {{ socket_address: {{ address: 127.0.0.1, port_value: {admin} }} }} }}
stats_flush_interval: 0.2s
stats_sinks:
  - name: envoy.stat_sinks.metrics_service
    typed_config:
      "@type": type.googleapis.com/envoy.config.metrics.v3.MetricsServiceConfig
      transport_api_version: V3
      emit_tags_as_labels: true
      histogram_emit_mode: HISTOGRAM
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
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
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
