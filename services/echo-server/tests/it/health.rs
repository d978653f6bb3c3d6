//! gRPC health, from serving to the drain.

use tokio_stream::StreamExt;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus::{NotServing, Serving};
use tonic_health::pb::health_client::HealthClient;

use crate::support::{channel, start};

fn of(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.into() }
}

#[tokio::test]
async fn the_server_and_its_service_are_serving() {
    let server = start().await;
    let mut client = HealthClient::new(channel(&server).await);
    for service in ["", "proto.EchoService"] {
        let reply = client.check(of(service)).await.expect("a reply").into_inner();
        assert_eq!(reply.status(), Serving, "{service:?}");
    }
    assert_eq!(client.check(of("nope")).await.expect_err("unknown").code(), Code::NotFound);
}

#[tokio::test]
async fn those_who_watch_are_told_of_the_drain_and_do_not_hold_it_up() {
    let server = start().await;
    let mut client = HealthClient::new(channel(&server).await);
    let mut watched = client.watch(of("proto.EchoService")).await.expect("a stream").into_inner();
    let first = watched.next().await.expect("a status").expect("no error");
    assert_eq!(first.status(), Serving);
    // Its grace period is longer than a test may take.
    server.stop().await.expect("the server ended well");
    let second = watched.next().await.expect("a status").expect("no error");
    assert_eq!(second.status(), NotServing);
    assert!(watched.next().await.is_none(), "the stream has ended well");
}
