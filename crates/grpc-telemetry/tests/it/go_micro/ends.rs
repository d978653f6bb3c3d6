//! Every end of a call is counted once, by the status that the client receives.

use std::pin::pin;
use std::time::Duration;

use testkit::grpc::ping::{Empty, Ending, LIST_REPLIES, PingRequest, ending, failing, well};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request};

use super::support::Fixture;

/// A request for `count` responses, after which the stream ends in this way.
fn list(count: u32, end: Ending) -> PingRequest {
    PingRequest { count, ..ending(end) }
}

#[tokio::test]
async fn ok_is_success() {
    let fixture = Fixture::start().await;
    fixture.client().ping(well()).await.expect("a response");
    fixture.wait_for("Ping", 1.0, 0.0).await;
}

#[tokio::test]
async fn every_other_code_is_fail() {
    let fixture = Fixture::start().await;
    for number in 1..17 {
        fixture.client().ping_error(failing(Code::from_i32(number))).await.expect_err("a failure");
        fixture.wait_for("PingError", 0.0, f64::from(number)).await;
    }
}

#[tokio::test]
async fn failure_within_stream_is_fail() {
    let fixture = Fixture::start().await;
    let mut replies =
        fixture.client().ping_list(list(3, Ending::Failure)).await.expect("a stream").into_inner();
    for _ in 0..3 {
        replies.message().await.expect("a response");
    }
    replies.message().await.expect_err("a failure in the trailers");
    fixture.wait_for("PingList", 0.0, 1.0).await;
}

#[tokio::test]
async fn stream_is_counted_at_its_end() {
    let fixture = Fixture::start().await;
    let (requests, receiver) = mpsc::channel(1);
    requests.send(well()).await.expect("room");
    let replies = fixture.client().ping_stream(ReceiverStream::new(receiver)).await.expect("a stream");
    let mut replies = replies.into_inner();
    replies.message().await.expect("a response");
    // The handler has returned, but its stream has not ended.
    fixture.wait_for("PingStream", 0.0, 0.0).await;
    requests.send(well()).await.expect("room");
    replies.message().await.expect("another reply");
    fixture.wait_for("PingStream", 0.0, 0.0).await;
    drop(requests);
    assert!(replies.message().await.expect("the end").is_none());
    fixture.wait_for("PingStream", 1.0, 0.0).await;
}

#[tokio::test]
async fn server_stream_is_one_call() {
    let fixture = Fixture::start().await;
    let mut replies = fixture.client().ping_list(well()).await.expect("a stream").into_inner();
    let mut read = 0;
    while replies.message().await.expect("a response").is_some() {
        read += 1;
    }
    assert_eq!(read, LIST_REPLIES);
    fixture.wait_for("PingList", 1.0, 0.0).await;
}

#[tokio::test]
async fn client_stream_is_success() {
    let fixture = Fixture::start().await;
    let requests = tokio_stream::iter([well(), well(), well()]);
    fixture.client().ping_client_stream(requests).await.expect("a response");
    fixture.wait_for("PingClientStream", 1.0, 0.0).await;
}

#[tokio::test]
async fn disconnect_before_response_is_fail() {
    let fixture = Fixture::start().await;
    let mut client = fixture.client();
    let mut other = client.clone();
    {
        let call = pin!(client.ping(ending(Ending::Hang)));
        // A later call on the same connection has a response: the first one has reached the server.
        tokio::select! {
            biased;
            _ = call => panic!("the call ended"),
            reply = other.ping_empty(Empty {}) => drop(reply.expect("a response")),
        }
    }
    fixture.wait_for("Ping", 0.0, 1.0).await;
}

#[tokio::test]
async fn disconnect_within_stream_is_fail() {
    let fixture = Fixture::start().await;
    let mut replies = fixture.client().ping_list(list(2, Ending::Hang)).await.expect("a stream").into_inner();
    replies.message().await.expect("a response");
    drop(replies);
    fixture.wait_for("PingList", 0.0, 1.0).await;
}

#[tokio::test]
async fn exceeded_deadline_is_fail() {
    let fixture = Fixture::start().await;
    let mut request = Request::new(ending(Ending::Hang));
    request.set_timeout(Duration::from_millis(40));
    fixture.client().ping(request).await.expect_err("a timeout");
    fixture.wait_for("Ping", 0.0, 1.0).await;
}

#[tokio::test]
async fn panic_is_fail() {
    let fixture = Fixture::start().await;
    fixture.client().ping(ending(Ending::Panic)).await.expect_err("a failure");
    fixture.wait_for("Ping", 0.0, 1.0).await;
}

#[tokio::test]
async fn panic_within_stream_is_fail() {
    let fixture = Fixture::start().await;
    let mut replies =
        fixture.client().ping_list(list(2, Ending::Panic)).await.expect("a stream").into_inner();
    while let Ok(reply) = replies.message().await {
        reply.expect("no end before the panic");
    }
    fixture.wait_for("PingList", 0.0, 1.0).await;
}
