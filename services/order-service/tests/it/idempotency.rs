//! A key creates one order, however often it is sent.

use lookout_proto::order::{CreateRequest, OrderItem};
use tonic::Code;

use crate::support::{Service, create, list, tea};

#[tokio::test]
async fn a_repeated_request_returns_the_first_order() {
    let service = Service::start().await;
    let client = service.client().await;
    let first = create(&client, "k").await;
    assert_eq!(create(&client, "k").await, first);
    assert_eq!(list(&client, 10).await, [first]);
}

#[tokio::test]
async fn without_a_key_each_request_is_an_order() {
    let service = Service::start().await;
    let client = service.client().await;
    assert_ne!(create(&client, "").await.id, create(&client, "").await.id);
    assert_eq!(list(&client, 10).await.len(), 2);
}

#[tokio::test]
async fn a_different_request_with_the_same_key_is_rejected() {
    let service = Service::start().await;
    let client = service.client().await;
    let first = create(&client, "k").await;
    let item = OrderItem { sku: "tea".into(), quantity: 3, price_cents: 250 };
    for other in [
        CreateRequest { customer: "Grace".into(), ..tea("k") },
        CreateRequest { items: vec![item], ..tea("k") },
    ] {
        let status = client.clone().create(other).await.expect_err("refused");
        assert_eq!(status.code(), Code::AlreadyExists);
    }
    assert_eq!(list(&client, 10).await, [first]);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_requests_create_one_order() {
    let service = Service::start().await;
    let client = service.client().await;
    let calls: Vec<_> = (0..64)
        .map(|call| {
            let client = client.clone();
            tokio::spawn(async move { create(&client, &format!("k{}", call % 4)).await })
        })
        .collect();
    let mut ids = std::collections::BTreeMap::new();
    for (call, created) in calls.into_iter().enumerate() {
        let order = created.await.expect("no panic");
        assert_eq!(ids.entry(call % 4).or_insert_with(|| order.id.clone()), &order.id);
    }
    assert_eq!(ids.len(), 4);
    assert_eq!(list(&client, 10).await.len(), 4);
}
