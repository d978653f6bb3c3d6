//! The InfluxDB tutorial's server: `/` answers `Hello World!`, `/slow?ms=N` answers late, and each second how many
//! requests there were and how long they took is pushed to InfluxDB.
//!
//! `/` and `/slow` are counted in `count_request` when they begin, and timed in `response_time` until the reply's last
//! byte is handed on, or its client is gone. `/healthz` and unknown paths are neither: health checks are no requests
//! of anyone.

mod config;
mod measure;
mod routes;

use std::time::Duration;

use kit::shutdown::CancellationToken;
use push_metrics::{BuildError, Destination, DestinationError, Registry, RegistryError, Reporter};
use thiserror::Error;
use tokio::net::TcpListener;

use crate::measure::Requests;

pub use config::Config;

/// Between two pushes.
const INTERVAL: Duration = Duration::from_secs(1);

/// Why the server could not start.
#[derive(Debug, Error)]
pub enum Error {
    /// The metrics cannot be made.
    #[error("metrics")]
    Metrics(#[from] RegistryError),
    /// The address is none.
    #[error("--influx-url")]
    Destination(#[from] DestinationError),
    /// Points cannot be made or sent; the host is the one tag that is a setting.
    #[error("--host-tag")]
    Reporter(#[from] BuildError),
}

/// Serves on `listener` until `shutdown` is cancelled, and pushes meanwhile, with InfluxDB there or not. Then it drains
/// within the grace period, and pushes what was counted last, for as long again.
///
/// # Errors
///
/// If it cannot start. It never fails later.
pub async fn run(listener: TcpListener, config: Config, shutdown: CancellationToken) -> Result<(), Error> {
    let registry = Registry::new();
    let app = routes::routes(Requests::new(&registry)?);
    let grace = config.shutdown_grace;
    let serving = kit::server::serve(listener, app, shutdown, grace);
    let Some(reporter) = reporter(&config, &registry)? else {
        tracing::info!("no --influx-url: nothing is pushed");
        serving.await;
        return Ok(());
    };
    // Only then is what it counts final.
    let served = CancellationToken::new();
    let serving = async {
        serving.await;
        served.cancel();
    };
    tokio::join!(serving, reporter.run(served.cancelled(), grace));
    Ok(())
}

fn reporter(config: &Config, registry: &Registry) -> Result<Option<Reporter>, Error> {
    if config.influx_url.is_empty() {
        return Ok(None);
    }
    let destination = Destination::v1(&config.influx_url, &config.influx_db)?;
    let reporter = Reporter::builder(destination.create_database(config.influx_retention))
        .interval(INTERVAL)
        .tag("host", &config.host_tag)
        .tag("service", "hello-influx")
        .build(registry)?;
    tracing::info!(url = config.influx_url, database = config.influx_db, "pushing to InfluxDB");
    Ok(Some(reporter))
}
