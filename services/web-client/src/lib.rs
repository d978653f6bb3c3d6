//! The echo tutorial's web client: `/` is a page for people, `/echo?m=X` a path for programs; each
//! calls `proto.EchoService` and says what came of it.

mod config;
mod deadline;
mod echo;
mod http_metrics;
mod message;
mod page;
mod upstream;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use prometheus::Registry;
use shutdown::{CancellationToken, Drained};
use telemetry::trace::HttpServerLayer;
use tokio::net::TcpListener;

pub use config::{Config, Links};
use http_metrics::HttpMetrics;
use page::Page;
use upstream::Upstream;

/// Why the service could not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Host and port make no address.
    #[error("--grpc-server-host: got \"{host}\", expected the name or address of a host")]
    Server {
        /// As given.
        host: String,
        /// What is wrong with it.
        source: tonic::transport::Error,
    },
    /// The metrics of gRPC calls cannot be made.
    #[error("gRPC metrics")]
    GrpcMetrics(#[from] grpc_metrics::BuildError),
    /// The registry has such metrics already.
    #[error("metrics registry")]
    Registry(#[from] prometheus::Error),
}

#[derive(Clone)]
struct App {
    upstream: Upstream,
    page: Page,
}

/// Serves on `listener` until told to stop; then finishes what is in flight within the grace period.
/// The server that it calls may be down, now or later.
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
    let app = App { upstream: Upstream::new(&config, &registry)?, page: Page::new(config) };
    let metrics = HttpMetrics::new(&registry)?;
    let router = Router::new()
        .route("/", get(page::index))
        .route("/page.css", get(page::style))
        .route("/page.js", get(page::script))
        .route("/icon.svg", get(page::icon))
        .route("/echo", get(echo::echo))
        .method_not_allowed_fallback(problem::method_not_allowed)
        .fallback(problem::not_found)
        .layer(from_fn_with_state(metrics, http_metrics::record))
        .layer(HttpServerLayer)
        .with_state(app)
        .merge(telemetry::routes(registry));
    Ok(serve::serve(listener, router, shutdown, grace).await)
}
