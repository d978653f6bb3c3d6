//! The InfluxDB tutorial's server. `/` returns `Hello World!`, `/slow?ms=N` does so after a delay, and the number and
//! duration of requests are pushed to InfluxDB each second.
//!
//! The counter `count_request` counts each request to `/` and `/slow` at its start. The timer `response_time` measures it
//! until the last byte of the response is handed to the connection, or the client disconnects. `/healthz` and unknown
//! paths are not measured.

mod measure;
mod reporter;
mod routes;
mod settings;

use kit::server::Edge;
use kit::shutdown::CancellationToken;
use push_metrics::{BuildError, DestinationError, Registry, RegistryError};
use thiserror::Error;
use tokio::net::TcpListener;

use crate::measure::Requests;

pub use settings::{Access, AccessError, Points, Settings};

/// Why the server could not start.
#[derive(Debug, Error)]
pub enum Error {
    /// A metric's name is invalid or already registered.
    #[error("metrics")]
    Metrics(#[from] RegistryError),
    /// InfluxDB's address, database or bucket is invalid.
    #[error("{flag}")]
    Destination {
        /// The flag of the invalid setting.
        flag: &'static str,
        /// Why it is invalid.
        source: DestinationError,
    },
    /// The credentials are invalid.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The reporter cannot be built.
    #[error("{flag}")]
    Reporter {
        /// The flag of the invalid setting.
        flag: &'static str,
        /// Why it is invalid.
        source: BuildError,
    },
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
    // The tutorial's metrics are pushed: there is no page for the edge's counters.
    let limits = Edge::unregistered(&settings.http).limits(grace);
    let serving = kit::server::serve(listener, app, shutdown, limits);
    let Some(reporter) = reporter::reporter(&settings, &registry)? else {
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
