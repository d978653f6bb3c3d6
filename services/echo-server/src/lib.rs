//! The echo tutorial's server. gRPC, its health and reflection services, `/metrics` and `/healthz` share one port.

mod echo;
mod routes;
mod settings;

use kit::health::GrpcHealth;
use kit::server::{Edge, GrpcTransport};
use kit::shutdown::CancellationToken;
use lookout_proto::echo::echo_service_server::SERVICE_NAME;
use prometheus::Registry;
use tokio::net::TcpListener;

pub use routes::Error;
pub use settings::Settings;

/// Maximum size of a request's message, which is grpc-go's default.
const MAX_MESSAGE_BYTES: usize = 4 << 20;

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
    let (health, health_service) = GrpcHealth::new(&[SERVICE_NAME]);
    let transport = GrpcTransport::register(&registry, settings.grpc)?.max_message_bytes(MAX_MESSAGE_BYTES);
    let edge = Edge::register(&registry, &settings.http)?;
    let limits = transport.limits(edge.limits(settings.shutdown_grace));
    let routes = routes::routes(registry, health_service, transport)?;
    let stop_health = health.stop_on(shutdown.clone());
    tokio::join!(kit::server::serve(listener, routes, shutdown, limits), stop_health);
    Ok(())
}
