//! The end, with calls in flight.

use std::time::Duration;

use prometheus::{Encoder, Registry, TextEncoder};
use testkit::eventually;
use tokio::net::TcpStream;

use crate::support::{PATIENCE, counted, echo, program, raw, start, start_with};

#[tokio::test]
async fn a_call_in_flight_is_finished_while_new_connections_are_refused() {
    let server = start().await;
    let address = server.addr();
    let mut call = raw::call(address).await;
    call.send(&raw::HI[..7]).await;
    eventually(PATIENCE, async || counted(&server, "grpc_server_started_total").await == 1.0).await;
    let stopping = tokio::spawn(server.stop());
    eventually(PATIENCE, async || TcpStream::connect(address).await.is_err()).await;
    call.send(&raw::HI[7..]).await;
    let (reply, trailers) = call.finish().await;
    assert_eq!(reply, b"\0\0\0\0\x09\x0a\x07echo hi".as_slice());
    assert_eq!(trailers["grpc-status"], "0");
    stopping.await.expect("no panic").expect("the server ended well");
}

#[tokio::test]
async fn a_call_that_outlasts_the_grace_period_is_cut_and_counted() {
    let registry = Registry::new();
    let server = start_with(Duration::from_millis(50), registry.clone()).await;
    let call = raw::call(server.addr()).await;
    eventually(PATIENCE, async || counted(&server, "grpc_server_started_total").await == 1.0).await;
    server.stop().await.expect("the server ended well");
    assert!(call.response.await.expect("no panic").is_err(), "the call was cut");
    let mut page = Vec::new();
    TextEncoder::new().encode(&registry.gather(), &mut page).expect("a page");
    let page = prometheus_text::parse(&String::from_utf8(page).expect("UTF-8")).expect("a right page");
    let canceled = [("grpc_service", "proto.EchoService"), ("grpc_code", "Canceled")];
    assert_eq!(page.value("grpc_server_handled_total", &canceled), Some(1.0));
}

#[tokio::test]
async fn sigterm_ends_the_program_well_and_it_says_how_it_went() {
    let mut program = program::start(&[]);
    echo(&program::channel(&program).await, "hello").await.expect("a reply");
    let status = program.terminate().await;
    assert!(status.success(), "{status}");
    assert_eq!(program.logged("shutting down").await["signal"], "SIGTERM");
    assert_eq!(program.logged("drained").await["what"], "connections");
}
