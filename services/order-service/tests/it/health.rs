//! gRPC health and reflection, and the other port.

use tokio_stream::StreamExt;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus::Serving;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use crate::support::Service;

#[tokio::test]
async fn the_server_and_its_service_are_serving() {
    let service = Service::start().await;
    let mut client = HealthClient::new(service.channel().await);
    for name in ["", "go.micro.srv.order.Order"] {
        let reply = client.check(HealthCheckRequest { service: name.into() }).await.expect("a reply");
        assert_eq!(reply.into_inner().status(), Serving, "{name:?}");
    }
}

#[tokio::test]
async fn reflection_names_the_service() {
    let service = Service::start().await;
    let mut client = ServerReflectionClient::new(service.channel().await);
    let request = ServerReflectionRequest {
        message_request: Some(MessageRequest::ListServices(String::new())),
        ..Default::default()
    };
    let replies = client.server_reflection_info(tokio_stream::once(request)).await.expect("a stream");
    let reply = replies.into_inner().next().await.expect("a reply").expect("no error");
    let Some(MessageResponse::ListServicesResponse(list)) = reply.message_response else {
        panic!("{reply:?}");
    };
    assert!(list.service.iter().any(|service| service.name == "go.micro.srv.order.Order"), "{list:?}");
}

#[tokio::test]
async fn the_port_for_metrics_has_healthz_and_nothing_else() {
    let service = Service::start().await;
    for (path, status) in [("/metrics", 200), ("/healthz", 200), ("/faults", 404), ("/", 404)] {
        let reply = reqwest::get(service.metrics_url(path)).await.expect("a reply");
        assert_eq!(reply.status().as_u16(), status, "{path}");
    }
}
