//! What REST shows, with gobetween's names.

use std::collections::BTreeMap;
use std::process;
use std::time::{Duration, SystemTime};

use axum::http::header;
use axum::response::{IntoResponse, Response};
use humantime::format_rfc3339_nanos;
use serde::Serialize;

use crate::backend::Backend;
use crate::balancer::Balancer;
use crate::config::{File, GoDuration, Server as Config, Share};
use crate::server::Server;

/// JSON for people, as there.
pub(super) struct Pretty<T>(pub(super) T);

impl<T: Serialize> IntoResponse for Pretty<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec_pretty(&self.0) {
            Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
            Err(error) => {
                kit::problem::Problem::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
                    .into_response()
            }
        }
    }
}

/// `/`.
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

/// `/servers/:name/stats`.
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
    #[serde(skip_serializing_if = "is_0")]
    max_connections: u32,
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
fn is_0(number: &u32) -> bool {
    *number == 0
}

/// `/servers`.
pub(super) fn servers(balancer: &Balancer) -> BTreeMap<String, Config> {
    balancer.servers().iter().map(|server| (server.name.clone(), (*server.config()).clone())).collect()
}

impl Root {
    pub(super) fn of(balancer: &Balancer) -> Self {
        let (now, started) = (SystemTime::now(), balancer.started());
        let seconds = now.duration_since(started).unwrap_or_default().as_secs();
        Self {
            pid: process::id(),
            time: format_rfc3339_nanos(now).to_string(),
            start_time: format_rfc3339_nanos(started).to_string(),
            uptime: GoDuration(Duration::from_secs(seconds)),
            version: env!("CARGO_PKG_VERSION"),
            configuration: File { defaults: balancer.defaults(), servers: servers(balancer) },
        }
    }
}

impl ServerStats {
    pub(super) fn of(server: &Server) -> Self {
        let backends = server.pool.members().iter().map(|backend| BackendView::of(backend)).collect();
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
    fn of(backend: &Backend) -> Self {
        let Share { weight, priority, max_connections } = backend.share();
        let counts = backend.traffic.snapshot();
        Self {
            host: backend.target.host.clone(),
            port: backend.target.port.to_string(),
            priority,
            weight,
            max_connections,
            draining: backend.is_draining(),
            stats: BackendStats {
                live: backend.is_live(),
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
