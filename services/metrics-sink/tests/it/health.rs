//! `grpc.health.v1`, for a load balancer in front of several sinks.

use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::support::Sink;

#[tokio::test]
async fn the_service_is_serving() {
    let sink = Sink::start(&[]).await;
    let channel = Endpoint::from_shared(format!("http://{}", sink.grpc())).unwrap().connect().await.unwrap();
    let service = "envoy.service.metrics.v3.MetricsService".to_owned();
    let reply = HealthClient::new(channel).check(HealthCheckRequest { service }).await.unwrap();
    assert_eq!(reply.into_inner().status(), ServingStatus::Serving);
    sink.stop().await;
}
