//! The echo tutorial's server. gRPC, its health and reflection services, `/metrics` and `/healthz` share one port.

mod echo;
mod routes;
mod settings;

use kit::health::GrpcHealth;
use kit::shutdown::CancellationToken;
use lookout_proto::echo::echo_service_server::SERVICE_NAME;
use prometheus::Registry;
use tokio::net::TcpListener;

pub use routes::Error;
pub use settings::Settings;

/// Serves on `listener` until `shutdown` is cancelled, then drains within the grace period. Registers the server's
/// metrics in `registry` and serves all of its metrics at `/metrics`.
///
/// # Errors
///
/// If the server cannot start. It does not fail later.
pub async fn run(
    listener: TcpListener,
    settings: Settings,
    registry: Registry,
    shutdown: CancellationToken,
) -> Result<(), Error> {
    let (health, health_service) = GrpcHealth::new(&[SERVICE_NAME]).await;
    let routes = routes::routes(registry, health_service)?;
    let stop_health = health.stop_on(shutdown.clone());
    tokio::join!(kit::server::serve(listener, routes, shutdown, settings.shutdown_grace), stop_health);
    Ok(())
}
