//! Watching changes of state.

use std::time::Duration;

use lookout_proto::order::{State, StateChange, WatchRequest};
use tokio_stream::StreamExt;
use tonic::{Code, Streaming};

use crate::support::{Client, Options, Service, create, folder, get, quick};

async fn watch(client: &Client, id: &str) -> Streaming<StateChange> {
    client.clone().watch(WatchRequest { id: id.into() }).await.expect("a stream").into_inner()
}

async fn next(changes: &mut Streaming<StateChange>) -> (String, State, State) {
    let change = changes.next().await.expect("a change").expect("no error");
    let order = change.order.clone().expect("an order");
    (order.id.clone(), change.previous(), order.state())
}

#[tokio::test]
async fn an_order_is_placed_then_paid_then_shipped() {
    let service = Service::with(quick(), folder()).await;
    let client = service.client().await;
    let mut changes = watch(&client, "").await;
    let order = create(&client, "k").await;
    for (previous, state) in
        [(State::Unspecified, State::Placed), (State::Placed, State::Paid), (State::Paid, State::Shipped)]
    {
        assert_eq!(next(&mut changes).await, (order.id.clone(), previous, state));
    }
    let shipped = get(&client, &order.id).await;
    assert_eq!((shipped.state(), shipped.created_at), (State::Shipped, order.created_at));
    let nanos = |time: Option<prost_types::Timestamp>| time.map(|time| (time.seconds, time.nanos));
    assert!(nanos(shipped.updated_at) >= nanos(order.updated_at));
}

#[tokio::test]
async fn a_single_order_can_be_watched() {
    let options = Options { paid_after: Duration::from_secs(3), ..quick() };
    let service = Service::with(options, folder()).await;
    let client = service.client().await;
    create(&client, "other").await;
    let order = create(&client, "k").await;
    let mut changes = watch(&client, &order.id).await;
    create(&client, "another").await;
    assert_eq!(next(&mut changes).await, (order.id.clone(), State::Placed, State::Paid));
    assert_eq!(next(&mut changes).await, (order.id, State::Paid, State::Shipped));
}

#[tokio::test]
async fn a_repeated_request_is_no_change() {
    let service = Service::start().await;
    let client = service.client().await;
    let mut changes = watch(&client, "").await;
    let first = create(&client, "k").await;
    create(&client, "k").await;
    let second = create(&client, "l").await;
    for order in [first, second] {
        assert_eq!(next(&mut changes).await.0, order.id);
    }
}

#[tokio::test]
async fn an_unknown_order_cannot_be_watched() {
    let service = Service::start().await;
    let request = WatchRequest { id: "nope".into() };
    let status = service.client().await.watch(request).await.expect_err("no order");
    assert_eq!(status.code(), Code::NotFound);
}
