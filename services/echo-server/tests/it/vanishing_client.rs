//! Clients that go away in the middle of a call.

use std::net::Shutdown;

use testkit::eventually;

use crate::support::{PATIENCE, Server, channel, counted, echo, handled, handled_at_all, raw, start};

async fn one_started(server: &Server) {
    eventually(PATIENCE, async || counted(server, "grpc_server_started_total").await == 1.0).await;
}

#[tokio::test]
async fn a_client_that_vanishes_in_mid_message_is_counted_once_as_canceled() {
    let server = start().await;
    let (stream, socket) = raw::connect(server.addr());
    let mut call = raw::call_over(stream).await;
    call.send(&raw::HI[..7]).await;
    one_started(&server).await;
    socket.shutdown(Shutdown::Both).expect("still connected");
    eventually(PATIENCE, async || handled_at_all(&server).await == 1.0).await;
    assert_eq!(handled(&server, "Canceled").await, 1.0);
    assert_eq!(counted(&server, "grpc_server_handling_seconds_count").await, 1.0);
    echo(&channel(&server).await, "still there").await.expect("a reply");
    assert_eq!((handled(&server, "OK").await, handled_at_all(&server).await), (1.0, 2.0));
}

#[tokio::test]
async fn a_call_that_is_given_up_is_counted_once_as_canceled() {
    let server = start().await;
    let call = raw::call(server.addr()).await;
    one_started(&server).await;
    // The connection stays: only the stream is reset.
    call.response.abort();
    eventually(PATIENCE, async || handled_at_all(&server).await == 1.0).await;
    assert_eq!(handled(&server, "Canceled").await, 1.0);
    assert!(!call.connection.is_finished());
}
