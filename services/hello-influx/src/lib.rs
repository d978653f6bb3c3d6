//! The InfluxDB tutorial's server. `/` returns `Hello World!`, `/slow?ms=N` does so after a delay, and the number and
//! duration of requests are pushed to InfluxDB each second.
//!
//! The counter `count_request` counts each request to `/` and `/slow` at its start. The timer `response_time` measures it
//! until the last byte of the response is handed to the connection, or the client disconnects. `/healthz` and unknown
//! paths are not measured.

mod measure;
mod routes;
mod settings;

use std::time::Duration;

use kit::shutdown::CancellationToken;
use push_metrics::{BuildError, Destination, DestinationError, Registry, RegistryError, Reporter};
use thiserror::Error;
use tokio::net::TcpListener;

use crate::measure::Requests;

pub use settings::Settings;

const PUSH_INTERVAL: Duration = Duration::from_secs(1);

/// Why the server could not start.
#[derive(Debug, Error)]
pub enum Error {
    /// A metric's name is invalid or already registered.
    #[error("metrics")]
    Metrics(#[from] RegistryError),
    /// InfluxDB's address is invalid.
    #[error("--influx-url")]
    Destination(#[from] DestinationError),
    /// The reporter cannot be built. Its only setting that can be invalid is the host tag.
    #[error("--host-tag")]
    Reporter(#[from] BuildError),
}

/// Serves on `listener` and pushes metrics until `shutdown` is cancelled; InfluxDB may be unavailable. Then drains within
/// the grace period, and pushes the final values within a second grace period.
///
/// # Errors
///
/// If the server cannot start. It does not fail later.
pub async fn run(
    listener: TcpListener,
    settings: Settings,
    shutdown: CancellationToken,
) -> Result<(), Error> {
    let registry = Registry::new();
    let app = routes::routes(Requests::new(&registry)?);
    let grace = settings.shutdown_grace;
    let serving = kit::server::serve(listener, app, shutdown, grace);
    let Some(reporter) = reporter(&settings, &registry)? else {
        tracing::info!("no --influx-url: nothing is pushed");
        serving.await;
        return Ok(());
    };
    // The reporter stops only after the drain: the counters are final then.
    let served = CancellationToken::new();
    let serving = async {
        serving.await;
        served.cancel();
    };
    tokio::join!(serving, reporter.run(served.cancelled(), grace));
    Ok(())
}

fn reporter(settings: &Settings, registry: &Registry) -> Result<Option<Reporter>, Error> {
    if settings.influx_url.is_empty() {
        return Ok(None);
    }
    let destination = Destination::v1(&settings.influx_url, &settings.influx_db)?;
    let reporter = Reporter::builder(destination.create_database(settings.influx_retention))
        .interval(PUSH_INTERVAL)
        .tag("host", &settings.host_tag)
        .tag("service", "hello-influx")
        .build(registry)?;
    tracing::info!(url = settings.influx_url, database = settings.influx_db, "pushing to InfluxDB");
    Ok(Some(reporter))
}
