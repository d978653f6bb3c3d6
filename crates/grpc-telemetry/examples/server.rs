//! A gRPC server whose calls are counted and traced: `cargo run --example server --features prometheus,trace`. It prints
//! its metrics every ten seconds. Its only service is the health service, whose calls have no spans on servers; those
//! of other services are printed when they end.

use std::error::Error;
use std::time::Duration;

use grpc_telemetry::prometheus::{Buckets, ServerMetrics};
use grpc_telemetry::trace::Tracer;
use prometheus::{Registry, TextEncoder};
use tonic::transport::Server;
use tracing_subscriber::fmt::format::FmtSpan;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_span_events(FmtSpan::CLOSE).init();
    let metrics = ServerMetrics::builder()
        .file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .handling_histogram(Buckets::default())
        .build()?;
    let registry = Registry::new();
    registry.register(Box::new(metrics.clone()))?;
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(10)).await;
            match TextEncoder::new().encode_to_string(&registry.gather()) {
                Ok(page) => println!("{page}"),
                Err(error) => eprintln!("cannot encode metrics: {error}"),
            }
        }
    });

    let (_, health) = tonic_health::server::health_reporter();
    Server::builder()
        .layer(metrics.layer().and(Tracer::new()).require_end_stream())
        .add_service(health)
        .serve("127.0.0.1:50051".parse()?)
        .await?;
    Ok(())
}
