//! Every end of a call over a real socket is counted once, with the code that the client receives.

use std::pin::pin;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request};
use tower::Layer;

use super::support::Fixture;
use crate::support::go_name;
use testkit::grpc::ping::{Ending, LIST_REPLIES, PingRequest, TestServiceClient, ending, failing, well};

/// A request for `count` responses, after which the stream ends in this way.
fn list(count: u32, end: Ending) -> PingRequest {
    PingRequest { count, ..ending(end) }
}

#[tokio::test]
async fn counts_every_code_by_name() {
    let fixture = Fixture::start().await;
    for (number, name) in (0..).zip([
        "OK",
        "Canceled",
        "Unknown",
        "InvalidArgument",
        "DeadlineExceeded",
        "NotFound",
        "AlreadyExists",
        "PermissionDenied",
        "ResourceExhausted",
        "FailedPrecondition",
        "Aborted",
        "OutOfRange",
        "Unimplemented",
        "Internal",
        "Unavailable",
        "DataLoss",
        "Unauthenticated",
    ]) {
        // tonic's server sends a Status of code 0 as an empty response, which its client cannot decode.
        if number > 0 {
            fixture.client().ping_error(failing(Code::from_i32(number))).await.expect_err("a failure");
            fixture.wait_for_handled("server", "PingError", name, 1.0).await;
            fixture.wait_for_handled("client", "PingError", name, 1.0).await;
        }
    }
    assert_eq!(fixture.handled("server", "PingError"), 16.0);
    assert_eq!(fixture.handled("client", "PingError"), 16.0);
    // A failure has no message.
    for (name, messages) in [
        ("client_msg_sent_total", 16.0),
        ("server_msg_received_total", 16.0),
        ("server_msg_sent_total", 0.0),
        ("client_msg_received_total", 0.0),
    ] {
        assert_eq!(fixture.value(name, "PingError"), messages, "{name}");
    }
}

#[tokio::test]
async fn failure_within_stream_is_counted() {
    let fixture = Fixture::start().await;
    let mut replies =
        fixture.client().ping_list(list(3, Ending::Failure)).await.expect("a stream").into_inner();
    for _ in 0..3 {
        replies.message().await.expect("a response");
    }
    replies.message().await.expect_err("a failure");
    for side in ["server", "client"] {
        fixture.wait_for_handled(side, "PingList", "FailedPrecondition", 1.0).await;
        assert_eq!(fixture.handled(side, "PingList"), 1.0);
    }
    fixture.wait_for("client_msg_received_total", "PingList", 3.0).await;
}

#[tokio::test]
async fn reading_after_end_counts_nothing() {
    let fixture = Fixture::start().await;
    let mut replies = fixture.client().ping_list(well()).await.expect("a stream").into_inner();
    while replies.message().await.expect("a response").is_some() {}
    for _ in 0..3 {
        assert!(replies.message().await.expect("the end").is_none());
    }
    drop(replies);
    for side in ["server", "client"] {
        fixture.wait_for_handled(side, "PingList", "OK", 1.0).await;
        assert_eq!(fixture.handled(side, "PingList"), 1.0);
    }
    assert_eq!(fixture.value("client_msg_received_total", "PingList"), f64::from(LIST_REPLIES));
}

#[tokio::test]
async fn dropped_stream_is_canceled() {
    let fixture = Fixture::start().await;
    let mut replies = fixture.client().ping_list(list(2, Ending::Hang)).await.expect("a stream").into_inner();
    replies.message().await.expect("a response");
    drop(replies);
    for side in ["server", "client"] {
        fixture.wait_for_handled(side, "PingList", "Canceled", 1.0).await;
        assert_eq!(fixture.handled(side, "PingList"), 1.0);
    }
}

#[tokio::test]
async fn unread_stream_is_canceled() {
    let fixture = Fixture::start().await;
    drop(fixture.client().ping_list(list(1, Ending::Hang)).await.expect("a stream"));
    for side in ["server", "client"] {
        fixture.wait_for_handled(side, "PingList", "Canceled", 1.0).await;
    }
}

#[tokio::test]
async fn dropped_bidi_stream_ends_on_both_sides() {
    let fixture = Fixture::start().await;
    let (requests, receiver) = mpsc::channel(1);
    requests.send(well()).await.expect("room");
    let replies = fixture.client().ping_stream(ReceiverStream::new(receiver)).await.expect("a stream");
    drop(replies);
    fixture.wait_for_handled("client", "PingStream", "Canceled", 1.0).await;
    // tonic's client resets the stream only after the requests have ended.
    drop(requests);
    fixture.wait_for("server_handling_seconds", "PingStream", 1.0).await;
    assert_eq!(fixture.handled("server", "PingStream"), 1.0);
}

#[tokio::test]
async fn client_stream_is_counted() {
    let fixture = Fixture::start().await;
    let requests = tokio_stream::iter([well(), well(), well()]);
    fixture.client().ping_client_stream(requests).await.expect("a response");
    for side in ["server", "client"] {
        fixture.wait_for_handled(side, "PingClientStream", "OK", 1.0).await;
    }
    fixture.wait_for("client_msg_sent_total", "PingClientStream", 3.0).await;
    fixture.wait_for("server_msg_received_total", "PingClientStream", 3.0).await;
    fixture.wait_for("client_msg_received_total", "PingClientStream", 1.0).await;
}

#[tokio::test]
async fn call_dropped_before_response_is_canceled() {
    let fixture = Fixture::start().await;
    let mut client = fixture.client();
    {
        let call = pin!(client.ping(ending(Ending::Hang)));
        tokio::select! {
            _ = call => panic!("the call ended"),
            () = fixture.wait_for("server_msg_received_total", "Ping", 1.0) => {}
        }
    }
    for side in ["server", "client"] {
        fixture.wait_for_handled(side, "Ping", "Canceled", 1.0).await;
        assert_eq!(fixture.value(&format!("{side}_started_total"), "Ping"), 1.0);
    }
}

#[tokio::test]
async fn panic_in_handler_is_internal() {
    let fixture = Fixture::start().await;
    let status = fixture.client().ping(ending(Ending::Panic)).await.expect_err("a failure");
    fixture.wait_for_handled("server", "Ping", "Internal", 1.0).await;
    fixture.wait_for_handled("client", "Ping", &go_name(status.code()), 1.0).await;
    fixture.wait_for("server_handling_seconds", "Ping", 1.0).await;
    assert_eq!(fixture.handled("server", "Ping"), 1.0);
}

#[tokio::test]
async fn panic_within_stream_is_internal() {
    let fixture = Fixture::start().await;
    let mut replies =
        fixture.client().ping_list(list(2, Ending::Panic)).await.expect("a stream").into_inner();
    let status = loop {
        if let Err(status) = replies.message().await.map(|reply| reply.expect("no end before the panic")) {
            break status;
        }
    };
    fixture.wait_for_handled("server", "PingList", "Internal", 1.0).await;
    fixture.wait_for_handled("client", "PingList", &go_name(status.code()), 1.0).await;
    assert_eq!(fixture.handled("server", "PingList"), 1.0);
}

#[tokio::test]
async fn refused_connection_is_unavailable() {
    let mut fixture = Fixture::start().await;
    let unused = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    fixture.address = unused.local_addr().expect("address");
    drop(unused);
    let status = fixture.client().ping(well()).await.expect_err("a refused connection");
    assert_eq!(status.code(), Code::Unavailable);
    fixture.wait_for_handled("client", "Ping", "Unavailable", 1.0).await;
    assert_eq!(fixture.value("client_started_total", "Ping"), 1.0);
    assert_eq!(fixture.value("client_msg_sent_total", "Ping"), 0.0);
}

#[tokio::test]
async fn server_killed_within_stream() {
    let mut fixture = Fixture::start().await;
    let mut replies = fixture.client().ping_list(list(1, Ending::Hang)).await.expect("a stream").into_inner();
    replies.message().await.expect("a response");
    fixture.kill_server();
    let status = replies.message().await.expect_err("a killed server");
    fixture.wait_for_handled("client", "PingList", &go_name(status.code()), 1.0).await;
    assert_eq!(fixture.handled("client", "PingList"), 1.0);
    fixture.wait_for_handled("server", "PingList", "Canceled", 1.0).await;
}

#[tokio::test]
async fn server_killed_before_response() {
    let mut fixture = Fixture::start().await;
    let mut client = fixture.client();
    let call = tokio::spawn(async move { client.ping(ending(Ending::Hang)).await });
    fixture.wait_for("server_msg_received_total", "Ping", 1.0).await;
    fixture.kill_server();
    let status = call.await.expect("no panic").expect_err("a killed server");
    fixture.wait_for_handled("client", "Ping", &go_name(status.code()), 1.0).await;
    fixture.wait_for_handled("server", "Ping", "Canceled", 1.0).await;
}

#[tokio::test]
async fn timeout_of_request_is_deadline_exceeded() {
    let fixture = Fixture::start().await;
    let mut request = Request::new(ending(Ending::Hang));
    request.set_timeout(Duration::from_millis(40));
    let status = fixture.client().ping(request).await.expect_err("a timeout");
    assert_eq!(status.code(), Code::Cancelled, "tonic's code for its own timer");
    fixture.wait_for_handled("client", "Ping", "DeadlineExceeded", 1.0).await;
    fixture.wait_for("server_handling_seconds", "Ping", 1.0).await;
}

#[tokio::test]
async fn timeout_of_endpoint_is_deadline_exceeded() {
    let fixture = Fixture::start().await;
    let endpoint =
        tonic::transport::Endpoint::from_shared(format!("http://{}", fixture.address)).expect("address");
    let channel = endpoint.timeout(Duration::from_millis(40)).connect_lazy();
    let mut client = TestServiceClient::new(fixture.client_metrics.layer().layer(channel));
    client.ping(ending(Ending::Hang)).await.expect_err("a timeout");
    fixture.wait_for_handled("client", "Ping", "DeadlineExceeded", 1.0).await;
}

#[tokio::test]
async fn timeout_of_caller_is_deadline_exceeded() {
    let fixture = Fixture::start().await;
    let mut client = fixture.client();
    let mut request = Request::new(list(1, Ending::Hang));
    request.set_timeout(Duration::from_millis(500));
    // tonic's timer covers the response's headers only; the caller has to limit a stream.
    let read = tokio::time::timeout(Duration::from_millis(600), async {
        let mut replies = client.ping_list(request).await.expect("a stream").into_inner();
        while replies.message().await.expect("a response").is_some() {}
    });
    read.await.expect_err("a timeout");
    fixture.wait_for_handled("client", "PingList", "DeadlineExceeded", 1.0).await;
}

#[tokio::test]
async fn failed_request_within_stream_ends_call() {
    let fixture = Fixture::start().await;
    let requests = tokio_stream::iter([well(), ending(Ending::Failure)]).chain(tokio_stream::pending());
    let status = fixture.client().ping_client_stream(requests).await.expect_err("a failure");
    assert_eq!(status.code(), Code::FailedPrecondition);
    for side in ["server", "client"] {
        fixture.wait_for_handled(side, "PingClientStream", "FailedPrecondition", 1.0).await;
    }
}
