//! The gRPC health service, from start to shutdown.

use tokio_stream::StreamExt;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus::{NotServing, ServiceUnknown, Serving};
use tonic_health::pb::health_client::HealthClient;

use crate::support::{channel, start};

fn request(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.into() }
}

#[tokio::test]
async fn reports_serving_for_the_server_and_its_service() {
    let server = start().await;
    let mut client = HealthClient::new(channel(&server).await);
    for service in ["", "proto.EchoService"] {
        let response = client.check(request(service)).await.expect("a response").into_inner();
        assert_eq!(response.status(), Serving, "{service:?}");
    }
    assert_eq!(client.check(request("nope")).await.expect_err("unknown").code(), Code::NotFound);
}

#[tokio::test]
async fn watchers_receive_not_serving_on_shutdown_and_do_not_delay_the_drain() {
    let server = start().await;
    let mut client = HealthClient::new(channel(&server).await);
    let mut statuses = client.watch(request("proto.EchoService")).await.expect("a stream").into_inner();
    let first = statuses.next().await.expect("a status").expect("no error");
    assert_eq!(first.status(), Serving);
    // The grace period is longer than a test takes.
    server.stop().await.expect("no error");
    let second = statuses.next().await.expect("a status").expect("no error");
    assert_eq!(second.status(), NotServing);
    assert!(statuses.next().await.is_none(), "the stream has ended without an error");
}

#[tokio::test]
async fn a_watch_of_an_unknown_service_stays_open_until_the_shutdown() {
    let server = start().await;
    let mut client = HealthClient::new(channel(&server).await);
    let mut statuses = client.watch(request("nope")).await.expect("a stream").into_inner();
    let first = statuses.next().await.expect("a status").expect("no error");
    assert_eq!(first.status(), ServiceUnknown);
    let waiting = tokio::spawn(async move { statuses.next().await });
    client.check(request("")).await.expect("a response");
    assert!(!waiting.is_finished(), "the stream is open");
    server.stop().await.expect("no error");
    assert!(waiting.await.expect("no panic").is_none(), "the stream has ended without an error");
}
