//! The services on the gRPC port.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use grpc_telemetry::ServerLayer;
use grpc_telemetry::go_micro::{Buckets, ServerMetrics};
use grpc_telemetry::trace::Tracer;
use kit::shutdown::CancellationToken;
use lookout_proto::order::FILE_DESCRIPTOR_SET;
use lookout_proto::order::order_server::OrderServer;
use prometheus::Registry;
use tonic::service::Routes;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_reflection::server::Builder;

use crate::Error;
use crate::service::Orders;
use crate::store::Store;

/// Maximum size of a request, in bytes. The largest valid order is much smaller.
pub(crate) const MAX_REQUEST_SIZE: usize = 64 << 10;

/// The router, and the metrics of its calls.
pub(crate) fn grpc<H: Health>(
    store: Store,
    health: HealthServer<H>,
    registry: &Registry,
    shutdown: CancellationToken,
) -> Result<(Router, ServerMetrics), Error> {
    let tasks = kit::metrics::register_task_metrics(registry)?;
    // go-micro's bounds cannot separate 1 ms from 4 ms, nor 1 s from 2 s.
    let metrics = ServerMetrics::unlabelled()
        .file_descriptor_set(FILE_DESCRIPTOR_SET)
        .buckets(Buckets::finer())
        .exemplars()
        .build()?;
    registry.register(Box::new(metrics.clone()))?;
    let orders = OrderServer::new(Orders { store, shutdown }).max_decoding_message_size(MAX_REQUEST_SIZE);
    // As with go-micro's wrapper, the metrics cover the handlers of orders only.
    let orders =
        Routes::new(orders).into_axum_router().reset_fallback().layer(metrics.layer().and(Tracer::new()));
    let router = Routes::new(health)
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?)
        .into_axum_router()
        .layer(ServerLayer::new(Tracer::new()))
        .merge(orders)
        .layer(from_fn(move |request: Request, next: Next| tasks.instrument(next.run(request))));
    Ok((router, metrics))
}

/// The builder adds the descriptors of the reflection service itself.
fn reflection() -> Builder<'static> {
    Builder::configure()
        .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}
