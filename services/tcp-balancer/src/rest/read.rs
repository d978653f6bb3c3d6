//! `GET`: configuration and counts, with gobetween's field names.

use std::collections::BTreeMap;
use std::process;
use std::time::{Duration, SystemTime};

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use humantime::format_rfc3339_nanos;
use kit::problem::Problem;
use serde::Serialize;

use super::request::Segments;
use crate::backend::Backend;
use crate::balancer::Balancer;
use crate::config::{BackendOptions, EjectionLimits, File, GoDuration, Server as Config};
use crate::server::Server;

/// Indented JSON, as gobetween sends it.
pub(super) struct Pretty<T>(pub(super) T);

impl<T: Serialize> IntoResponse for Pretty<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec_pretty(&self.0) {
            Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
            Err(error) => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        }
    }
}

/// `GET /`.
pub(super) async fn root(State(balancer): State<Balancer>) -> Pretty<Root> {
    Pretty(Root::new(&balancer))
}

/// `GET /servers`.
pub(super) async fn servers(State(balancer): State<Balancer>) -> Pretty<BTreeMap<String, Config>> {
    Pretty(configurations(&balancer))
}

/// `GET /servers/NAME`.
pub(super) async fn server(
    State(balancer): State<Balancer>,
    Segments(name): Segments<String>,
) -> Result<Pretty<Config>, Problem> {
    let server = balancer.get(&name).ok_or_else(|| no_server(&name))?;
    Ok(Pretty(configuration(&server)))
}

/// `GET /servers/NAME/stats`.
pub(super) async fn stats(
    State(balancer): State<Balancer>,
    Segments(name): Segments<String>,
) -> Result<Pretty<ServerStats>, Problem> {
    let server = balancer.get(&name).ok_or_else(|| no_server(&name))?;
    Ok(Pretty(ServerStats::new(&server)))
}

pub(super) fn no_server(name: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("there is no server {name}"))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Root {
    pid: u32,
    time: String,
    start_time: String,
    uptime: GoDuration,
    version: &'static str,
    configuration: File,
}

#[derive(Serialize)]
pub(super) struct ServerStats {
    active_connections: u64,
    rx_total: u64,
    tx_total: u64,
    rx_second: u64,
    tx_second: u64,
    backends: Vec<BackendView>,
}

#[derive(Serialize)]
struct BackendView {
    host: String,
    port: String,
    priority: u32,
    weight: u32,
    #[serde(skip_serializing_if = "is_zero")]
    max_connections: u32,
    max_fails: u32,
    fail_timeout: GoDuration,
    draining: bool,
    stats: BackendStats,
}

#[derive(Serialize)]
struct BackendStats {
    live: bool,
    discovered: bool,
    total_connections: u64,
    active_connections: u64,
    refused_connections: u64,
    rx: u64,
    tx: u64,
    rx_second: u64,
    tx_second: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn configurations(balancer: &Balancer) -> BTreeMap<String, Config> {
    balancer.servers().iter().map(|server| (server.name.clone(), configuration(server))).collect()
}

/// The server's configuration, with the port that it listens on in place of 0.
fn configuration(server: &Server) -> Config {
    let mut config = (*server.config()).clone();
    if let Some(address) = server.address() {
        config.bind = config.bind.with_actual_port(address.port());
    }
    config
}

impl Root {
    fn new(balancer: &Balancer) -> Self {
        let (now, started) = (SystemTime::now(), balancer.started_at());
        let seconds = now.duration_since(started).unwrap_or_default().as_secs();
        Self {
            pid: process::id(),
            time: format_rfc3339_nanos(now).to_string(),
            start_time: format_rfc3339_nanos(started).to_string(),
            uptime: GoDuration(Duration::from_secs(seconds)),
            version: env!("CARGO_PKG_VERSION"),
            configuration: File {
                allow_empty: false,
                defaults: balancer.defaults(),
                servers: configurations(balancer),
            },
        }
    }
}

impl ServerStats {
    fn new(server: &Server) -> Self {
        let backends = server.pool.backends().iter().map(|backend| BackendView::new(backend)).collect();
        let counts = server.traffic.snapshot();
        Self {
            active_connections: counts.active,
            rx_total: counts.rx,
            tx_total: counts.tx,
            rx_second: counts.rx_second,
            tx_second: counts.tx_second,
            backends,
        }
    }
}

impl BackendView {
    fn new(backend: &Backend) -> Self {
        let BackendOptions { weight, priority, max_connections, .. } = backend.options();
        let EjectionLimits { max_fails, fail_timeout } = backend.ejection();
        let counts = backend.traffic.snapshot();
        Self {
            host: backend.target.host.clone(),
            port: backend.target.port.to_string(),
            priority,
            weight,
            max_connections,
            max_fails,
            fail_timeout: GoDuration(fail_timeout),
            draining: backend.is_draining(),
            stats: BackendStats {
                live: backend.is_reachable(),
                discovered: backend.is_discovered(),
                total_connections: counts.connections,
                active_connections: counts.active,
                refused_connections: counts.refused,
                rx: counts.rx,
                tx: counts.tx,
                rx_second: counts.rx_second,
                tx_second: counts.tx_second,
            },
        }
    }
}
