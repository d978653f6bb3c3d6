//! The echo tutorial's server: gRPC, its health and reflection, and `/metrics` and `/healthz`, all on one port.

mod config;
mod echo;
mod routes;

pub use config::Config;

use kit::health::GrpcHealth;
use kit::shutdown::CancellationToken;
use lookout_proto::echo::echo_service_server::SERVICE_NAME;
use prometheus::Registry;
use thiserror::Error;
use tokio::net::TcpListener;

/// Why the server could not start.
#[derive(Debug, Error)]
pub enum Error {
    /// The gRPC metrics do not fit the descriptors.
    #[error("gRPC metrics")]
    GrpcMetrics(#[from] grpc_metrics::BuildError),
    /// The registry has a metric of this server's already.
    #[error("metrics registry")]
    Registry(#[from] prometheus::Error),
    /// The descriptors cannot be served.
    #[error("gRPC reflection")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// Serves on `listener` until `shutdown` is cancelled, then drains within the grace period. The registry gets the
/// server's metrics, and is what `/metrics` shows.
///
/// # Errors
///
/// If it cannot start. It never fails later.
pub async fn run(
    listener: TcpListener,
    config: Config,
    registry: Registry,
    shutdown: CancellationToken,
) -> Result<(), Error> {
    let (health, health_service) = GrpcHealth::new(&[SERVICE_NAME]).await;
    let service = routes::service(registry, health_service)?;
    let stopping = health.stop_on(shutdown.clone());
    tokio::join!(kit::server::serve(listener, service, shutdown, config.shutdown_grace), stopping);
    Ok(())
}
