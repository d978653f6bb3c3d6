//! Invalid requests are rejected with the errors of their fields.

use lookout_proto::order::{CreateRequest, GetRequest, ListRequest, OrderItem};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::support::{Service, list, tea};

fn fields(status: &Status) -> Vec<String> {
    assert_eq!(status.code(), Code::InvalidArgument);
    let bad = status.get_details_bad_request().expect("google.rpc.BadRequest");
    bad.field_violations.into_iter().map(|violation| violation.field).collect()
}

#[tokio::test]
async fn every_invalid_field_is_reported() {
    let service = Service::start().await;
    let mut client = service.client().await;
    let wrong = OrderItem { sku: String::new(), quantity: 0, price_cents: 1 };
    let request =
        CreateRequest { idempotency_key: "a key".into(), customer: String::new(), items: vec![wrong] };
    let status = client.create(request).await.expect_err("refused");
    assert_eq!(fields(&status), ["idempotency_key", "customer", "items[0].sku", "items[0].quantity"]);
    let status = client.get(GetRequest::default()).await.expect_err("refused");
    assert_eq!(fields(&status), ["id"]);
    let request = ListRequest { page_size: 1, page_token: "x".into() };
    assert_eq!(fields(&client.list(request).await.expect_err("refused")), ["page_token"]);
    assert!(list(&client, 10).await.is_empty());
}

#[tokio::test]
async fn the_response_arrives_however_many_fields_are_invalid() {
    let service = Service::start().await;
    let wrong = OrderItem { sku: String::new(), quantity: u32::MAX, price_cents: u64::MAX };
    let request = CreateRequest { items: vec![wrong; 50], ..tea("k") };
    let status = service.client().await.create(request).await.expect_err("refused");
    assert_eq!(fields(&status).len(), 150);
}

#[tokio::test]
async fn an_oversized_request_is_not_read() {
    let service = Service::start().await;
    let request = CreateRequest { customer: "x".repeat(1 << 20), ..tea("k") };
    let status = service.client().await.create(request).await.expect_err("refused");
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
}
