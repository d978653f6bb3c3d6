//! The tutorials' web client: pages for people and paths for programs. `/` and `/echo?m=X` call `proto.EchoService`;
//! `/orders` and the paths below it call `go.micro.srv.order.Order`.

mod config;
mod deadline;
mod echo;
mod http_metrics;
mod orders;
mod page;
mod reply;
mod upstream;

use axum::middleware::from_fn_with_state;
use kit::exposition::MetricsPage;
use kit::server::Edge;
use kit::shutdown::{CancellationToken, Drained};
use kit::telemetry::trace::HttpServerLayer;
use prometheus::Registry;
use tokio::net::TcpListener;

pub use config::{Config, Links};
use http_metrics::HttpMetrics;
use page::Frame;
use upstream::Upstream;

/// Why the service could not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Host and port are not a valid address.
    #[error("--grpc-server-host: got \"{host}\", expected the name or address of a host")]
    Server {
        /// The configured host.
        host: String,
        /// Why it is invalid.
        source: tonic::transport::Error,
    },
    /// The metrics of gRPC calls cannot be built.
    #[error("gRPC metrics")]
    GrpcMetrics(#[from] grpc_telemetry::prometheus::BuildError),
    /// The registry already has metrics with these names.
    #[error("metrics registry")]
    Registry(#[from] prometheus::Error),
}

/// Serves on `listener` until `shutdown` is cancelled, then drains requests in flight within the grace period. The gRPC
/// server may be unavailable, at the start and later.
///
/// # Errors
/// If the configuration is invalid or the registry rejects the metrics.
pub async fn run(
    listener: TcpListener,
    config: Config,
    registry: Registry,
    shutdown: CancellationToken,
) -> Result<Drained, Error> {
    let limits = Edge::register(&registry, &config.http)?.limits(config.shutdown_grace);
    let upstream = Upstream::new(&config, &registry)?;
    let metrics = HttpMetrics::new(&registry)?;
    let frame = Frame::new(&config);
    let (calls, requests) = (upstream.metrics.clone(), metrics.clone());
    let exposition = MetricsPage::from(registry)
        .with_exemplars(move |family, labels| calls.exemplars(family, labels))
        .with_exemplars(move |family, labels| requests.exemplars(family, labels));
    let mut router = page::assets().merge(echo::routes(&upstream, &frame));
    if config.orders {
        router = router.merge(orders::routes(&upstream, &frame, config.grpc_deadline, &shutdown));
    }
    let router = router
        .method_not_allowed_fallback(kit::problem::method_not_allowed)
        .fallback(kit::problem::not_found)
        .layer(from_fn_with_state(metrics, http_metrics::record))
        .layer(HttpServerLayer)
        .merge(kit::endpoints::metrics_and_health(exposition));
    Ok(kit::server::serve(listener, router, shutdown, limits).await)
}
