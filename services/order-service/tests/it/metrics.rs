//! Exact counts.

use lookout_proto::order::{CreateRequest, GetRequest, ListRequest, WatchRequest};
use reqwest::Method;
use testkit::{Scrape, eventually};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::support::{Service, TIMEOUT, create, folder, get, list, program, quick, tea};

#[tokio::test]
async fn each_operation_of_the_store_is_observed_once() {
    let service = Service::start().await;
    let mut client = service.client().await;
    let order = create(&client, "k").await;
    create(&client, "k").await;
    create(&client, "l").await;
    get(&client, &order.id).await;
    client.get(GetRequest { id: "nope".into() }).await.expect_err("no order");
    assert_eq!(list(&client, 1).await.len(), 2);
    // Rejected before the store.
    client.create(CreateRequest { items: vec![], ..tea("m") }).await.expect_err("invalid");
    client.list(ListRequest { page_size: 1, page_token: "x".into() }).await.expect_err("invalid");
    let scrape = service.scrape().await;
    for (operation, count) in [("create", 3.0), ("get", 2.0), ("list", 2.0)] {
        let labels = [("operation", operation)];
        assert_eq!(scrape.value("order_service_store_duration_seconds_count", &labels), count, "{operation}");
    }
    for (state, count) in [("placed", 2.0), ("paid", 0.0), ("shipped", 0.0)] {
        assert_eq!(scrape.value("order_service_orders", &[("state", state)]), count, "{state}");
    }
}

#[tokio::test]
async fn the_gauges_follow_the_orders() {
    let service = Service::with(quick(), folder()).await;
    let client = service.client().await;
    for key in ["1", "2", "3"] {
        create(&client, key).await;
    }
    eventually(TIMEOUT, async || {
        service.scrape().await.value("order_service_orders", &[("state", "shipped")]) == 3.0
    })
    .await;
    let scrape = service.scrape().await;
    assert_eq!(scrape.sum("order_service_orders", &[]), 3.0);
    assert!(scrape.value("order_service_store_duration_seconds_count", &[("operation", "advance")]) >= 2.0);
}

#[tokio::test]
async fn the_polls_of_calls_are_counted() {
    let service = Service::start().await;
    let client = service.client().await;
    // With the delay, the store cannot reply before the call's first poll returns.
    service.admin(Method::PUT, "/faults/slow?ms=20").await;
    let before = service.scrape().await;
    create(&client, "k").await;
    let after = service.scrape().await;
    let rise = |name| after.value(name, &[]) - before.value(name, &[]);
    assert_eq!(rise("tokio_tasks_total"), 1.0);
    // At least one poll to call the store, and one to reply.
    assert!(rise("tokio_task_polls_total") >= 2.0);
    assert!(rise("tokio_task_poll_seconds_total") > 0.0);
}

#[tokio::test]
async fn each_call_counts_once_under_go_micros_name() {
    let service = Service::start().await;
    let mut client = service.client().await;
    let order = create(&client, "k").await;
    create(&client, "k").await;
    client.create(CreateRequest::default()).await.expect_err("invalid");
    get(&client, &order.id).await;
    list(&client, 10).await;
    drop(client.watch(WatchRequest::default()).await.expect("a stream"));
    // Calls of other services are not counted.
    let mut health = HealthClient::new(service.channel().await);
    health.check(HealthCheckRequest::default()).await.expect("a reply");
    let total = async || service.scrape().await.sum("micro_request_total", &[]);
    eventually(TIMEOUT, async || total().await == 6.0).await;
    let scrape = service.scrape().await;
    for (method, success, fail) in [
        ("Order.Create", 2.0, 1.0),
        ("Order.Get", 1.0, 0.0),
        ("Order.List", 1.0, 0.0),
        // Cancelled by its caller.
        ("Order.Watch", 0.0, 1.0),
    ] {
        let with = |status| scrape.value("micro_request_total", &[("method", method), ("status", status)]);
        assert_eq!((with("success"), with("fail")), (success, fail), "{method}");
        for name in ["micro_upstream_latency_microseconds_count", "micro_request_duration_seconds_count"] {
            assert_eq!(scrape.value(name, &[("method", method)]), success + fail, "{name} {method}");
        }
    }
}

#[tokio::test]
async fn all_metrics_have_the_services_labels() {
    let folder = folder();
    let program = program::start(folder.path(), &[("MICRO_ID", "order-7")]);
    let scrape = Scrape::get(program.url("--metrics-port", "/metrics").await).await;
    let labels = [
        ("micro_name", "go.micro.srv.order"),
        ("micro_id", "order-7"),
        ("micro_version", env!("CARGO_PKG_VERSION")),
    ];
    for family in scrape.page().families() {
        for sample in family.samples() {
            for (name, value) in labels {
                assert_eq!(sample.labels.get(name), Some(value), "{sample}");
            }
        }
    }
    for name in ["process_threads", "tokio_alive_tasks"] {
        assert!(scrape.value(name, &labels) > 0.0, "{name}");
    }
}
