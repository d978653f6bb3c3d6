//! Shutdown with calls in flight.

use std::time::Duration;

use prometheus::{Registry, TextEncoder};
use testkit::eventually;
use tokio::net::TcpStream;

use crate::support::{TIMEOUT, counted, echo, program, raw, start, start_with};

#[tokio::test]
async fn finishes_a_call_in_flight_and_refuses_new_connections() {
    let server = start().await;
    let address = server.addr();
    let mut call = raw::call(address).await;
    call.send(&raw::HI[..7]).await;
    eventually(TIMEOUT, async || counted(&server, "grpc_server_started_total").await == 1.0).await;
    let stopping = tokio::spawn(server.stop());
    eventually(TIMEOUT, async || TcpStream::connect(address).await.is_err()).await;
    call.send(&raw::HI[7..]).await;
    let (message, trailers) = call.finish().await;
    assert_eq!(message, b"\0\0\0\0\x09\x0a\x07echo hi".as_slice());
    assert_eq!(trailers["grpc-status"], "0");
    stopping.await.expect("no panic").expect("no error");
}

#[tokio::test]
async fn a_call_that_outlasts_the_grace_period_is_dropped_and_counted_as_canceled() {
    let registry = Registry::new();
    let server = start_with(Duration::from_millis(50), registry.clone()).await;
    let call = raw::call(server.addr()).await;
    eventually(TIMEOUT, async || counted(&server, "grpc_server_started_total").await == 1.0).await;
    server.stop().await.expect("no error");
    assert!(call.response.await.expect("no panic").is_err(), "the call was dropped");
    let text = TextEncoder::new().encode_to_string(&registry.gather()).expect("encodable");
    let metrics = prometheus_text::parse(&text).expect("valid exposition");
    let canceled = [("grpc_service", "proto.EchoService"), ("grpc_code", "Canceled")];
    assert_eq!(metrics.value("grpc_server_handled_total", &canceled), Some(1.0));
}

#[tokio::test]
async fn exits_with_0_on_sigterm_and_logs_the_drain() {
    let mut program = program::start(&[]);
    echo(&program::channel(&program).await, "hello").await.expect("a response");
    let status = program.terminate().await;
    assert!(status.success(), "{status}");
    assert_eq!(program.logged("shutting down").await["signal"], "SIGTERM");
    assert_eq!(program.logged("drained").await["what"], "connections");
}
