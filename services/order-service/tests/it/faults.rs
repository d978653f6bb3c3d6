//! Injected faults have their effect, and clearing them ends it.

use lookout_proto::order::State;
use reqwest::Method;
use serde_json::json;
use testkit::{Scrape, eventually};
use tonic::Code;

use crate::support::{Service, TIMEOUT, create, folder, get, list, program, reaches, tea};

#[tokio::test]
async fn a_read_only_store_rejects_orders_and_lists_existing_ones() {
    let service = Service::start().await;
    let client = service.client().await;
    let order = create(&client, "before").await;
    service.admin(Method::PUT, "/faults/read-only").await;
    let status = client.clone().create(tea("during")).await.expect_err("refused");
    assert_eq!(status.code(), Code::Unavailable);
    // SQLite's own message.
    assert_eq!(status.message(), "the store failed: attempt to write a readonly database");
    assert_eq!(get(&client, &order.id).await, order);
    assert_eq!(list(&client, 10).await, [order]);
    service.admin(Method::DELETE, "/faults/read-only").await;
    create(&client, "during").await;
    assert_eq!(list(&client, 10).await.len(), 2);
}

#[tokio::test]
async fn a_delay_shows_in_the_stores_duration() {
    let service = Service::start().await;
    let client = service.client().await;
    create(&client, "before").await;
    service.admin(Method::PUT, "/faults/slow?ms=260").await;
    let order = create(&client, "during").await;
    get(&client, &order.id).await;
    list(&client, 10).await;
    let scrape = service.scrape().await;
    let name = "order_service_store_duration_seconds_bucket";
    for (operation, quick, all) in [("create", 1.0, 2.0), ("get", 0.0, 1.0), ("list", 0.0, 1.0)] {
        let below = |le| scrape.value(name, &[("operation", operation), ("le", le)]);
        assert!(below("0.25") <= quick, "{operation}");
        assert_eq!(below("+Inf"), all, "{operation}");
    }
    service.admin(Method::DELETE, "/faults/slow").await;
    let (_, broken) = service.admin(Method::GET, "/faults").await;
    assert_eq!(broken, json!({ "slow_ms": 0, "read_only": false }));
}

#[tokio::test]
async fn orders_resume_after_a_failure_and_both_are_logged_once() {
    let folder = folder();
    let program = program::start(folder.path(), &[("PAID_AFTER", "3s"), ("SHIPPED_AFTER", "3s")]);
    let client = program::client(&program).await;
    let order = create(&client, "k").await;
    let read_only = program.url("--admin-port", "/faults/read-only").await;
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    http.put(&read_only).send().await.expect("a reply");
    assert_eq!(program.logged("fault injected: the store is read-only").await["level"], "WARN");
    program.logged("orders do not advance, trying again").await;
    let metrics = program.url("--metrics-port", "/metrics").await;
    let turns = async || {
        let name = "order_service_store_duration_seconds_count";
        Scrape::get(&metrics).await.value(name, &[("operation", "advance")])
    };
    let before = turns().await;
    eventually(TIMEOUT, async || turns().await >= before + 2.0).await;
    assert_eq!(get(&client, &order.id).await.state(), State::Placed);

    http.delete(&read_only).send().await.expect("a reply");
    program.logged("fault cleared: the store is writable").await;
    reaches(&client, &order.id, State::Shipped).await;
    for message in ["orders do not advance, trying again", "orders advance again"] {
        assert_eq!(program.log(message).len(), 1, "{message}");
    }
}
