//! However a call ends, it is counted once, as what its caller gets.

use std::pin::pin;
use std::time::Duration;

use testkit::grpc::ping::{Empty, Ending, LIST_REPLIES, PingRequest, ending, failing, well};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request};

use super::support::Lab;

/// A list that replies some times before it ends so.
fn list(count: u32, how: Ending) -> PingRequest {
    PingRequest { count, ..ending(how) }
}

#[tokio::test]
async fn a_call_that_is_answered_is_a_success() {
    let lab = Lab::start().await;
    lab.client().ping(well()).await.expect("a reply");
    lab.see("Ping", 1.0, 0.0).await;
}

#[tokio::test]
async fn every_status_in_the_headers_but_ok_is_a_failure() {
    let lab = Lab::start().await;
    for number in 1..17 {
        lab.client().ping_error(failing(Code::from_i32(number))).await.expect_err("a failure");
        lab.see("PingError", 0.0, f64::from(number)).await;
    }
}

#[tokio::test]
async fn a_failure_in_mid_stream_is_no_success() {
    let lab = Lab::start().await;
    let mut replies = lab.client().ping_list(list(3, Ending::Failure)).await.expect("a stream").into_inner();
    for _ in 0..3 {
        replies.message().await.expect("a reply");
    }
    replies.message().await.expect_err("a failure in the trailers");
    lab.see("PingList", 0.0, 1.0).await;
}

#[tokio::test]
async fn a_server_stream_is_counted_at_its_end() {
    let lab = Lab::start().await;
    let (requests, receiver) = mpsc::channel(1);
    requests.send(well()).await.expect("room");
    let replies = lab.client().ping_stream(ReceiverStream::new(receiver)).await.expect("a stream");
    let mut replies = replies.into_inner();
    replies.message().await.expect("a reply");
    // The handler has returned, its stream goes on.
    lab.see("PingStream", 0.0, 0.0).await;
    requests.send(well()).await.expect("room");
    replies.message().await.expect("another reply");
    lab.see("PingStream", 0.0, 0.0).await;
    drop(requests);
    assert!(replies.message().await.expect("the end").is_none());
    lab.see("PingStream", 1.0, 0.0).await;
}

#[tokio::test]
async fn a_list_is_one_call_whatever_its_length() {
    let lab = Lab::start().await;
    let mut replies = lab.client().ping_list(well()).await.expect("a stream").into_inner();
    let mut read = 0;
    while replies.message().await.expect("a reply").is_some() {
        read += 1;
    }
    assert_eq!(read, LIST_REPLIES);
    lab.see("PingList", 1.0, 0.0).await;
}

#[tokio::test]
async fn a_client_stream_is_a_success() {
    let lab = Lab::start().await;
    let requests = tokio_stream::iter([well(), well(), well()]);
    lab.client().ping_client_stream(requests).await.expect("a reply");
    lab.see("PingClientStream", 1.0, 0.0).await;
}

#[tokio::test]
async fn a_caller_that_vanishes_before_the_reply_is_a_failure() {
    let lab = Lab::start().await;
    let mut client = lab.client();
    let mut other = client.clone();
    {
        let call = pin!(client.ping(ending(Ending::Hang)));
        // One behind it on the same connection is answered: then it has arrived itself.
        tokio::select! {
            biased;
            _ = call => panic!("a call that hangs has ended"),
            reply = other.ping_empty(Empty {}) => drop(reply.expect("a reply")),
        }
    }
    lab.see("Ping", 0.0, 1.0).await;
}

#[tokio::test]
async fn a_caller_that_vanishes_in_mid_stream_is_a_failure() {
    let lab = Lab::start().await;
    let mut replies = lab.client().ping_list(list(2, Ending::Hang)).await.expect("a stream").into_inner();
    replies.message().await.expect("a reply");
    drop(replies);
    lab.see("PingList", 0.0, 1.0).await;
}

#[tokio::test]
async fn a_deadline_that_is_over_is_a_failure() {
    let lab = Lab::start().await;
    let mut request = Request::new(ending(Ending::Hang));
    request.set_timeout(Duration::from_millis(40));
    lab.client().ping(request).await.expect_err("too late");
    lab.see("Ping", 0.0, 1.0).await;
}

#[tokio::test]
async fn a_handler_that_panics_is_a_failure() {
    let lab = Lab::start().await;
    lab.client().ping(ending(Ending::Panic)).await.expect_err("no reply");
    lab.see("Ping", 0.0, 1.0).await;
}

#[tokio::test]
async fn a_handler_that_panics_in_mid_stream_is_a_failure() {
    let lab = Lab::start().await;
    let mut replies = lab.client().ping_list(list(2, Ending::Panic)).await.expect("a stream").into_inner();
    while let Ok(reply) = replies.message().await {
        reply.expect("no end before the panic");
    }
    lab.see("PingList", 0.0, 1.0).await;
}
