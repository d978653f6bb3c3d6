//! However a call ends, it is counted as handled once, with the code that its caller sees.

use std::pin::pin;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request};
use tower::Layer;

use super::support::Lab;
use testkit::grpc::ping::{Ending, LIST_REPLIES, PingRequest, TestServiceClient, ending, failing, well};

/// A list that replies some times before it ends so.
fn list(count: u32, how: Ending) -> PingRequest {
    PingRequest { count, ..ending(how) }
}

#[tokio::test]
async fn every_code_is_counted_by_its_name() {
    let lab = Lab::start().await;
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
        // A Status of code 0 is an empty reply to the server, and none to the client's decoder.
        if number > 0 {
            lab.client().ping_error(failing(Code::from_i32(number))).await.expect_err("a failure");
            lab.see_handled("server", "PingError", name, 1.0).await;
            lab.see_handled("client", "PingError", name, 1.0).await;
        }
    }
    assert_eq!(lab.handled("server", "PingError"), 16.0);
    assert_eq!(lab.handled("client", "PingError"), 16.0);
    // A failure carries no message.
    for (name, messages) in [
        ("client_msg_sent_total", 16.0),
        ("server_msg_received_total", 16.0),
        ("server_msg_sent_total", 0.0),
        ("client_msg_received_total", 0.0),
    ] {
        assert_eq!(lab.value(name, "PingError"), messages, "{name}");
    }
}

#[tokio::test]
async fn a_failure_in_mid_stream_is_not_ok() {
    let lab = Lab::start().await;
    let mut replies = lab.client().ping_list(list(3, Ending::Failure)).await.expect("a stream").into_inner();
    for _ in 0..3 {
        replies.message().await.expect("a reply");
    }
    replies.message().await.expect_err("a failure");
    for side in ["server", "client"] {
        lab.see_handled(side, "PingList", "FailedPrecondition", 1.0).await;
        assert_eq!(lab.handled(side, "PingList"), 1.0);
    }
    lab.see("client_msg_received_total", "PingList", 3.0).await;
}

#[tokio::test]
async fn reading_on_after_the_end_counts_nothing() {
    let lab = Lab::start().await;
    let mut replies = lab.client().ping_list(well()).await.expect("a stream").into_inner();
    while replies.message().await.expect("a reply").is_some() {}
    for _ in 0..3 {
        assert!(replies.message().await.expect("still the end").is_none());
    }
    drop(replies);
    for side in ["server", "client"] {
        lab.see_handled(side, "PingList", "OK", 1.0).await;
        assert_eq!(lab.handled(side, "PingList"), 1.0);
    }
    assert_eq!(lab.value("client_msg_received_total", "PingList"), f64::from(LIST_REPLIES));
}

#[tokio::test]
async fn a_stream_dropped_in_its_middle_is_canceled() {
    let lab = Lab::start().await;
    let mut replies = lab.client().ping_list(list(2, Ending::Hang)).await.expect("a stream").into_inner();
    replies.message().await.expect("a reply");
    drop(replies);
    for side in ["server", "client"] {
        lab.see_handled(side, "PingList", "Canceled", 1.0).await;
        assert_eq!(lab.handled(side, "PingList"), 1.0);
    }
}

#[tokio::test]
async fn a_stream_that_is_never_read_is_canceled() {
    let lab = Lab::start().await;
    drop(lab.client().ping_list(list(1, Ending::Hang)).await.expect("a stream"));
    for side in ["server", "client"] {
        lab.see_handled(side, "PingList", "Canceled", 1.0).await;
    }
}

#[tokio::test]
async fn an_abandoned_bidi_stream_ends_on_both_sides() {
    let lab = Lab::start().await;
    let (requests, receiver) = mpsc::channel(1);
    requests.send(well()).await.expect("room");
    let replies = lab.client().ping_stream(ReceiverStream::new(receiver)).await.expect("a stream");
    drop(replies);
    lab.see_handled("client", "PingStream", "Canceled", 1.0).await;
    // tonic tells the server only when the requests end too.
    drop(requests);
    lab.see("server_handling_seconds", "PingStream", 1.0).await;
    assert_eq!(lab.handled("server", "PingStream"), 1.0);
}

#[tokio::test]
async fn a_client_stream_is_handled() {
    let lab = Lab::start().await;
    let requests = tokio_stream::iter([well(), well(), well()]);
    lab.client().ping_client_stream(requests).await.expect("a reply");
    for side in ["server", "client"] {
        lab.see_handled(side, "PingClientStream", "OK", 1.0).await;
    }
    lab.see("client_msg_sent_total", "PingClientStream", 3.0).await;
    lab.see("server_msg_received_total", "PingClientStream", 3.0).await;
    lab.see("client_msg_received_total", "PingClientStream", 1.0).await;
}

#[tokio::test]
async fn a_call_dropped_before_its_response_is_canceled() {
    let lab = Lab::start().await;
    let mut client = lab.client();
    {
        let call = pin!(client.ping(ending(Ending::Hang)));
        tokio::select! {
            _ = call => panic!("a call that hangs has ended"),
            () = lab.see("server_msg_received_total", "Ping", 1.0) => {}
        }
    }
    for side in ["server", "client"] {
        lab.see_handled(side, "Ping", "Canceled", 1.0).await;
        assert_eq!(lab.value(&format!("{side}_started_total"), "Ping"), 1.0);
    }
}

#[tokio::test]
async fn a_panic_of_the_handler_is_internal() {
    let lab = Lab::start().await;
    let status = lab.client().ping(ending(Ending::Panic)).await.expect_err("no reply");
    lab.see_handled("server", "Ping", "Internal", 1.0).await;
    lab.see_handled("client", "Ping", &go_name(status.code()), 1.0).await;
    lab.see("server_handling_seconds", "Ping", 1.0).await;
    assert_eq!(lab.handled("server", "Ping"), 1.0);
}

#[tokio::test]
async fn a_panic_in_mid_stream_is_internal() {
    let lab = Lab::start().await;
    let mut replies = lab.client().ping_list(list(2, Ending::Panic)).await.expect("a stream").into_inner();
    let status = loop {
        if let Err(status) = replies.message().await.map(|reply| reply.expect("no end before the panic")) {
            break status;
        }
    };
    lab.see_handled("server", "PingList", "Internal", 1.0).await;
    lab.see_handled("client", "PingList", &go_name(status.code()), 1.0).await;
    assert_eq!(lab.handled("server", "PingList"), 1.0);
}

#[tokio::test]
async fn a_refused_connection_is_unavailable() {
    let mut lab = Lab::start().await;
    let unused = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    lab.address = unused.local_addr().expect("address");
    drop(unused);
    let status = lab.client().ping(well()).await.expect_err("nobody listens");
    assert_eq!(status.code(), Code::Unavailable);
    lab.see_handled("client", "Ping", "Unavailable", 1.0).await;
    assert_eq!(lab.value("client_started_total", "Ping"), 1.0);
    assert_eq!(lab.value("client_msg_sent_total", "Ping"), 0.0);
}

#[tokio::test]
async fn a_server_that_dies_in_mid_stream_is_what_the_caller_sees() {
    let mut lab = Lab::start().await;
    let mut replies = lab.client().ping_list(list(1, Ending::Hang)).await.expect("a stream").into_inner();
    replies.message().await.expect("a reply");
    lab.kill_server();
    let status = replies.message().await.expect_err("the server is dead");
    lab.see_handled("client", "PingList", &go_name(status.code()), 1.0).await;
    assert_eq!(lab.handled("client", "PingList"), 1.0);
    lab.see_handled("server", "PingList", "Canceled", 1.0).await;
}

#[tokio::test]
async fn a_server_that_dies_before_it_answers_is_what_the_caller_sees() {
    let mut lab = Lab::start().await;
    let mut client = lab.client();
    let call = tokio::spawn(async move { client.ping(ending(Ending::Hang)).await });
    lab.see("server_msg_received_total", "Ping", 1.0).await;
    lab.kill_server();
    let status = call.await.expect("no panic").expect_err("the server is dead");
    lab.see_handled("client", "Ping", &go_name(status.code()), 1.0).await;
    lab.see_handled("server", "Ping", "Canceled", 1.0).await;
}

#[tokio::test]
async fn a_deadline_on_the_wire_is_exceeded() {
    let lab = Lab::start().await;
    let mut request = Request::new(ending(Ending::Hang));
    request.set_timeout(Duration::from_millis(40));
    let status = lab.client().ping(request).await.expect_err("too late");
    assert_eq!(status.code(), Code::Cancelled, "tonic's word for its own timer");
    lab.see_handled("client", "Ping", "DeadlineExceeded", 1.0).await;
    lab.see("server_handling_seconds", "Ping", 1.0).await;
}

#[tokio::test]
async fn a_deadline_of_the_endpoint_is_exceeded() {
    let lab = Lab::start().await;
    let endpoint =
        tonic::transport::Endpoint::from_shared(format!("http://{}", lab.address)).expect("address");
    let channel = endpoint.timeout(Duration::from_millis(40)).connect_lazy();
    let mut client = TestServiceClient::new(lab.client_metrics.layer().layer(channel));
    client.ping(ending(Ending::Hang)).await.expect_err("too late");
    lab.see_handled("client", "Ping", "DeadlineExceeded", 1.0).await;
}

#[tokio::test]
async fn a_deadline_that_the_caller_watches_over_is_exceeded() {
    let lab = Lab::start().await;
    let mut client = lab.client();
    let mut request = Request::new(list(1, Ending::Hang));
    request.set_timeout(Duration::from_millis(500));
    // tonic's own timer ends at the headers; that of a stream is the caller's.
    let read = tokio::time::timeout(Duration::from_millis(600), async {
        let mut replies = client.ping_list(request).await.expect("a stream").into_inner();
        while replies.message().await.expect("a reply").is_some() {}
    });
    read.await.expect_err("too late");
    lab.see_handled("client", "PingList", "DeadlineExceeded", 1.0).await;
}

#[tokio::test]
async fn requests_that_fail_in_mid_stream_end_the_call() {
    let lab = Lab::start().await;
    let requests = tokio_stream::iter([well(), ending(Ending::Failure)]).chain(tokio_stream::pending());
    let status = lab.client().ping_client_stream(requests).await.expect_err("a failure");
    assert_eq!(status.code(), Code::FailedPrecondition);
    for side in ["server", "client"] {
        lab.see_handled(side, "PingClientStream", "FailedPrecondition", 1.0).await;
    }
}

fn go_name(code: Code) -> String {
    match code {
        Code::Ok => "OK".to_owned(),
        Code::Cancelled => "Canceled".to_owned(),
        other => format!("{other:?}"),
    }
}
