//! Shutdown with calls in flight.

use lookout_proto::order::WatchRequest;
use reqwest::Method;
use testkit::eventually;
use tokio_stream::StreamExt;
use tonic::Code;

use crate::support::{Options, Service, TIMEOUT, create, folder, list, program};

#[tokio::test]
async fn watchers_get_unavailable_and_do_not_delay_the_shutdown() {
    let service = Service::start().await;
    let mut client = service.client().await;
    let mut changes = client.watch(WatchRequest::default()).await.expect("a stream").into_inner();
    // The grace period is longer than the test's timeout.
    service.stop().await;
    let status = changes.next().await.expect("an end").expect_err("an error");
    assert_eq!(status.code(), Code::Unavailable);
}

#[tokio::test]
async fn an_order_in_flight_is_placed() {
    let service = Service::start().await;
    let client = service.client().await;
    service.admin(Method::PUT, "/faults/slow?ms=1000").await;
    let call = tokio::spawn(async move { create(&client, "k").await });
    let start = async || service.scrape().await.value("tokio_tasks_total", &[]);
    eventually(TIMEOUT, async || start().await == 1.0).await;
    let folder = service.stop().await;
    let order = call.await.expect("no panic");
    let service = Service::with(Options::default(), folder).await;
    assert_eq!(list(&service.client().await, 10).await, [order]);
}

#[tokio::test]
async fn sigterm_ends_the_program_with_success() {
    let folder = folder();
    let mut program = program::start(folder.path(), &[]);
    let client = program::client(&program).await;
    let order = create(&client, "k").await;
    let mut watched = client.clone().watch(WatchRequest::default()).await.expect("a stream").into_inner();
    let status = program.terminate().await;
    assert!(status.success(), "{status}");
    assert_eq!(program.logged("shutting down").await["signal"], "SIGTERM");
    while let Some(Ok(_)) = watched.next().await {}
    let service = Service::with(Options::default(), folder).await;
    assert_eq!(list(&service.client().await, 10).await[0].id, order.id);
}
