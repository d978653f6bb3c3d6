//! The lab's front door: a live picture, the tutorials step by step, and Grafana's dashboards, drawn from the same files.

mod actions;
mod alerts;
mod assets;
mod config;
mod dashboards;
mod events;
mod faults;
mod guard;
mod lab;
mod load;
mod mails;
mod metrics;
mod newest;
mod picture;
mod state;
mod traces;
mod tutorials;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::map_response;
use clients::Clients;
use kit::shutdown::{CancellationToken, Drained};
use kit::telemetry::trace::HttpServerLayer;
use prometheus::Registry;
use tokio::net::TcpListener;

pub use config::{Config, Links};
use metrics::Metrics;
use state::{Console, Shared};

/// A fault that is on is taken back before the end, which is tried for 30 s. All other tasks end at once.
const TAKE_BACK: Duration = Duration::from_secs(32);

/// Why the service could not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No client for the lab's parts.
    #[error("HTTP client")]
    Client(#[from] reqwest::Error),
    /// The registry has such metrics already.
    #[error("metrics registry")]
    Registry(#[from] prometheus::Error),
}

/// Serves on `listener` until told to stop; then ends the streams and finishes what is in flight within the grace period.
/// The lab's parts may be down, now or later.
///
/// # Errors
/// If the configuration cannot be used.
pub async fn run(
    listener: TcpListener,
    config: Config,
    registry: Registry,
    shutdown: CancellationToken,
) -> Result<Drained, Error> {
    let grace = config.shutdown_grace;
    let parts = Clients::new(config.settings.clone())?;
    let metrics = Metrics::register(&registry)?;
    let console = Arc::new(Console::new(config, parts, metrics, shutdown.clone()));
    start_tasks(&console);
    let router = guard::guarded(routes(&console), Arc::clone(&console))
        .layer(HttpServerLayer)
        .merge(kit::endpoints::metrics_and_health(registry))
        .layer(map_response(guard::headers));
    let drained = kit::server::serve(listener, router, shutdown, grace).await;
    kit::shutdown::drain("tasks", &console.tasks, TAKE_BACK.max(grace)).await;
    Ok(drained)
}

/// Each runs until shutdown.
fn start_tasks(console: &Shared) {
    console.tasks.spawn(picture::run(Arc::clone(console)));
    console.tasks.spawn(alerts::run(Arc::clone(console)));
    console.tasks.spawn(mails::run(Arc::clone(console)));
    console.tasks.spawn(faults::run(Arc::clone(console)));
    console.tasks.spawn(dashboards::run(Arc::clone(console)));
}

fn routes(console: &Shared) -> Router {
    Router::new()
        .merge(assets::routes(&console.config.console_assets))
        .merge(events::routes())
        .merge(mails::routes())
        .merge(faults::routes())
        .merge(load::routes())
        .merge(actions::routes())
        .merge(traces::routes())
        .merge(tutorials::routes())
        .merge(dashboards::routes())
        .merge(lab::routes())
        .method_not_allowed_fallback(kit::problem::method_not_allowed)
        .fallback(kit::problem::not_found)
        .with_state(Arc::clone(console))
}
