//! Clients that disconnect or cancel in the middle of a call.

use std::net::Shutdown;

use testkit::eventually;
use testkit::grpc::raw::{Disconnect, RawCall, request};

use crate::support::{Server, TIMEOUT, channel, counted, echo, handled, handled_total, raw, start};

async fn wait_until_started(server: &Server) {
    eventually(TIMEOUT, async || counted(server, "grpc_server_started_total").await == 1.0).await;
}

#[tokio::test]
async fn a_client_that_disconnects_within_a_message_is_counted_once_as_canceled() {
    let server = start().await;
    let (stream, socket) = raw::connect(server.addr());
    let mut call = raw::call_over(stream).await;
    call.send(&raw::HI[..7]).await;
    wait_until_started(&server).await;
    socket.shutdown(Shutdown::Both).expect("still connected");
    eventually(TIMEOUT, async || handled_total(&server).await == 1.0).await;
    assert_eq!(handled(&server, "Canceled").await, 1.0);
    assert_eq!(counted(&server, "grpc_server_handling_seconds_count").await, 1.0);
    echo(&channel(&server).await, "still there").await.expect("a response");
    assert_eq!((handled(&server, "OK").await, handled_total(&server).await), (1.0, 2.0));
}

#[tokio::test]
async fn a_cancelled_call_is_counted_once_as_canceled() {
    let server = start().await;
    let call = raw::call(server.addr()).await;
    wait_until_started(&server).await;
    // Resets the stream and keeps the connection.
    call.response.abort();
    eventually(TIMEOUT, async || handled_total(&server).await == 1.0).await;
    assert_eq!(handled(&server, "Canceled").await, 1.0);
    assert!(!call.connection.is_finished());
}

/// The message is complete, but not the request: the handler must not run.
#[tokio::test]
async fn a_request_that_its_client_does_not_end_is_canceled() {
    let server = start().await;
    let path = "/proto.EchoService/EchoService";
    let mut calls = 0.0;
    for disconnect in Disconnect::ALL {
        for sent in [&[][..], &raw::HI[..3], &raw::HI[..7], raw::HI] {
            calls += 1.0;
            let mut call = RawCall::open(server.addr(), request(server.addr(), path)).await;
            call.send(sent);
            eventually(TIMEOUT, async || counted(&server, "grpc_server_started_total").await == calls).await;
            call.disconnect(disconnect);
            eventually(TIMEOUT, async || handled_total(&server).await == calls).await;
            assert_eq!(
                handled(&server, "Canceled").await,
                calls,
                "{disconnect:?} after {} bytes",
                sent.len()
            );
        }
    }
    assert_eq!(counted(&server, "grpc_server_msg_sent_total").await, 0.0);
}
