//! The console of the lab: live topology, tutorials step by step, faults, traces, and Grafana's dashboards drawn from the
//! provisioned files.

mod actions;
mod activity;
mod addresses;
mod admission;
mod alerts;
mod app;
mod assets;
mod config;
mod dashboards;
mod events;
mod faults;
mod feed;
mod lab;
mod listeners;
mod load;
mod mails;
mod metrics;
mod topology;
mod traces;
mod tutorials;
#[cfg(test)]
mod typescript;

use std::time::Duration;

use axum::middleware::map_response;
use clients::Clients;
use kit::server::Edge;
use kit::shutdown::{CancellationToken, Drained};
use kit::telemetry::trace::HttpServerLayer;
use prometheus::Registry;
use tokio::net::TcpListener;

use app::App;
pub use config::{Config, Links};
use metrics::Metrics;

/// Time for background tasks to end. Clearing a fault is retried for 30 s; all other tasks end at once.
const TASKS_TIMEOUT: Duration = Duration::from_secs(32);

/// Why the console could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The HTTP client could not be built.
    #[error("HTTP client")]
    Client(#[from] reqwest::Error),
    /// The registry already has metrics of these names.
    #[error("metrics registry")]
    Registry(#[from] prometheus::Error),
}

/// Serves the console on `listener` until `shutdown`; then ends the event streams, drains requests within the grace period,
/// and clears injected faults. The services of the lab may be down, at the start or later.
///
/// # Errors
///
/// If the HTTP client cannot be built or the metrics cannot be registered.
pub async fn run(
    listener: TcpListener,
    config: Config,
    registry: Registry,
    shutdown: CancellationToken,
) -> Result<Drained, Error> {
    let grace = config.shutdown_grace;
    let mut http = config.http.clone();
    http.allowed_hosts = http.allowed_hosts.only(config.console_hosts.iter().map(String::as_str));
    let limits = Edge::register(&registry, &http)?.limits(grace);
    let clients = Clients::new(config.settings.clone())?;
    let metrics = Metrics::register(&registry)?;
    let app = App::new(config, clients, &metrics, shutdown.clone());
    let tasks = app.tasks();
    app.start_tasks();
    let router = app
        .router()
        .layer(HttpServerLayer)
        .merge(kit::endpoints::metrics_and_health(registry))
        .layer(map_response(admission::security_headers));
    let drained = kit::server::serve(listener, router, shutdown, limits).await;
    kit::shutdown::drain("tasks", &tasks, TASKS_TIMEOUT.max(grace)).await;
    Ok(drained)
}
