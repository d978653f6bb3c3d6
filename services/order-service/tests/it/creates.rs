//! Placing an order, and reading it back.

use lookout_proto::order::{GetRequest, State};
use tonic::Code;

use crate::support::{Service, create, get, tea};

#[tokio::test]
async fn a_created_order_has_the_requested_content() {
    let service = Service::start().await;
    let client = service.client().await;
    let order = create(&client, "k").await;
    assert_eq!((order.customer.as_str(), order.total_cents), ("Ada", 500));
    assert_eq!(order.items, tea("k").items);
    assert_eq!(order.state(), State::Placed);
    assert!(order.created_at.is_some() && order.created_at == order.updated_at);
    assert_eq!(get(&client, &order.id).await, order);
}

#[tokio::test]
async fn an_unknown_order_is_not_found() {
    let service = Service::start().await;
    let status = service.client().await.get(GetRequest { id: "nope".into() }).await.expect_err("no order");
    assert_eq!((status.code(), status.message()), (Code::NotFound, "there is no order nope"));
}
