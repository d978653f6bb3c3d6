//! The list: newest first, page by page.

use lookout_proto::order::{CreateRequest, ListRequest, OrderItem};
use prost::Message;
use testkit::eventually;

use crate::support::{Options, Service, TIMEOUT, create, folder, get, list, quick};

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_any_size_have_every_order_once_newest_first() {
    let service = Service::start().await;
    let client = service.client().await;
    let mut placed = Vec::new();
    for number in 0..23 {
        placed.push(create(&client, &number.to_string()).await);
    }
    placed.reverse();
    for page_size in [1, 2, 5, 22, 23, 24, 500] {
        assert_eq!(list(&client, page_size).await, placed, "pages of {page_size}");
    }
    let all = client.clone().list(ListRequest::default()).await.expect("a page").into_inner();
    assert_eq!((all.orders, all.next_page_token.as_str()), (placed, ""));
}

#[tokio::test]
async fn orders_placed_in_between_do_not_move_the_next_page() {
    let service = Service::start().await;
    let mut client = service.client().await;
    let first = create(&client, "1").await;
    let second = create(&client, "2").await;
    let request = ListRequest { page_size: 1, page_token: String::new() };
    let newest = client.list(request).await.expect("a page").into_inner();
    assert_eq!(newest.orders, [second]);
    create(&client, "3").await;
    let request = ListRequest { page_size: 1, page_token: newest.next_page_token };
    let next = client.list(request).await.expect("a page").into_inner();
    assert_eq!((next.orders, next.next_page_token.as_str()), (vec![first], ""));
}

#[tokio::test]
async fn the_largest_page_fits_into_a_clients_message_limit() {
    let service = Service::start().await;
    let client = service.client().await;
    let item = OrderItem { sku: "x".repeat(32), quantity: 10_000, price_cents: 100_000_000 };
    let customer = "\u{1F375}".repeat(128);
    let request = CreateRequest { idempotency_key: String::new(), customer, items: vec![item; 50] };
    let order = client.clone().create(request).await.expect("valid").into_inner();
    // 500 orders, each with a length prefix. The default limit is 4 MiB.
    assert!(500 * (order.encoded_len() + 8) < 4 << 20);
}

#[tokio::test]
async fn the_oldest_orders_over_the_limit_are_removed() {
    let options = Options { retain_orders: 3, ..quick() };
    let service = Service::with(options, folder()).await;
    let client = service.client().await;
    let mut placed = Vec::new();
    for number in 0..10 {
        placed.push(create(&client, &number.to_string()).await.id);
    }
    let kept = async || {
        let orders = list(&client, 100).await;
        orders.into_iter().map(|order| order.id).collect::<Vec<_>>()
    };
    eventually(TIMEOUT, async || kept().await.len() == 3).await;
    placed.reverse();
    assert_eq!(kept().await, placed[..3]);
    get(&client, &placed[0]).await;
    // Its key is removed too.
    assert_ne!(create(&client, "0").await.id, placed[9]);
}
