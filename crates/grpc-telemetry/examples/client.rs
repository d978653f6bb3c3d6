//! A client of the example `server`, whose calls are counted and traced: `cargo run --example client
//! --features prometheus,trace`. It checks the server's health once, and prints its metrics and a line for the span.

use std::error::Error;

use grpc_telemetry::prometheus::{Buckets, ClientMetrics};
use grpc_telemetry::trace::Tracer;
use prometheus::{Registry, TextEncoder};
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tower::Layer;
use tracing_subscriber::fmt::format::FmtSpan;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_span_events(FmtSpan::CLOSE).init();
    let metrics = ClientMetrics::builder()
        .file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .handling_histogram(Buckets::default())
        .build()?;
    let registry = Registry::new();
    registry.register(Box::new(metrics.clone()))?;

    let channel = Endpoint::from_static("http://127.0.0.1:50051").connect_lazy();
    let observed = metrics.layer().and(Tracer::with_server("127.0.0.1", 50051)).layer(channel);
    let response = HealthClient::new(observed).check(HealthCheckRequest::default()).await;
    match response {
        Ok(response) => println!("{:?}", response.into_inner()),
        Err(status) => eprintln!("{status}"),
    }
    println!("{}", TextEncoder::new().encode_to_string(&registry.gather())?);
    Ok(())
}
