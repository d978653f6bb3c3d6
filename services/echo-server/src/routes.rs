//! The gRPC services and HTTP endpoints of the port, with their layers.

use grpc_telemetry::prometheus::{Buckets, Builder, ServerMetrics};
use grpc_telemetry::trace::Tracer;
use kit::exposition::MetricsPage;
use kit::server::{Grpc, GrpcTransport};
use lookout_proto::echo::echo_service_server::EchoServiceServer;
use prometheus::Registry;
use thiserror::Error;
use tonic::service::Routes;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_reflection::pb::{v1, v1alpha};

use crate::echo::Echo;

/// Why the server could not start.
#[derive(Debug, Error)]
pub enum Error {
    /// The gRPC metrics do not match the descriptors.
    #[error("gRPC metrics")]
    GrpcMetrics(#[from] grpc_telemetry::prometheus::BuildError),
    /// The registry already has one of the server's metrics.
    #[error("metrics registry")]
    Registry(#[from] prometheus::Error),
    /// The descriptors are invalid.
    #[error("gRPC reflection")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// Descriptors of all gRPC services of the port. Each of their methods gets a series at the start, as in a Go server.
const DESCRIPTOR_SETS: [&[u8]; 4] = [
    lookout_proto::echo::FILE_DESCRIPTOR_SET,
    tonic_health::pb::FILE_DESCRIPTOR_SET,
    v1::FILE_DESCRIPTOR_SET,
    v1alpha::FILE_DESCRIPTOR_SET,
];

pub(crate) fn routes<H: Health>(
    registry: Registry,
    health: HealthServer<H>,
    transport: GrpcTransport,
) -> Result<Grpc, Error> {
    let builder = ServerMetrics::builder().handling_histogram(Buckets::finer()).exemplars();
    let metrics = DESCRIPTOR_SETS.into_iter().fold(builder, Builder::file_descriptor_set).build()?;
    registry.register(Box::new(metrics.clone()))?;
    let grpc = Routes::new(EchoServiceServer::new(Echo))
        .add_service(health)
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?)
        .into_axum_router()
        .layer(metrics.layer().and(Tracer::new()));
    let page =
        MetricsPage::from(registry).with_exemplars(move |family, labels| metrics.exemplars(family, labels));
    let http = kit::endpoints::metrics_and_health(page).fallback(kit::problem::not_found);
    Ok(Grpc::new(transport, grpc).and_http(http))
}

/// The builder adds the descriptors of the reflection version that it builds.
fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(lookout_proto::echo::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}
