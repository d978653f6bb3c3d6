//! The number of followers is limited, because they use streams of the shared connection.

use testkit::eventually;

use crate::order_server::OrderServer;
use crate::support::{TIMEOUT, Web};

const MAX_FOLLOWERS: usize = 64;
const MAX_OF_CLIENT: usize = 16;

#[tokio::test]
async fn a_follower_over_the_limit_is_rejected_until_another_disconnects() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    let mut followers = Vec::new();
    for last in 1..=(MAX_FOLLOWERS / MAX_OF_CLIENT) as u8 {
        let client = reqwest::Client::builder().no_proxy().local_address(Some([127, 0, 0, last].into()));
        let client = client.build().unwrap();
        for _ in 0..MAX_OF_CLIENT {
            let response = client.get(web.running.url("/orders/events")).send().await.unwrap();
            assert_eq!(response.status(), 200);
            followers.push(response);
        }
    }
    assert_eq!(server.watchers(), MAX_FOLLOWERS);
    let (status, problem) = web.problem("/orders/events").await;
    assert_eq!((status, problem["detail"].as_str()), (503, Some("64 clients already follow orders")));
    assert_eq!(web.get("/orders").await.status(), 200);

    // Of the client that asks again.
    followers.remove(0);
    eventually(TIMEOUT, async || web.get("/orders/events").await.status() == 200).await;
}

#[tokio::test]
async fn one_client_leaves_places_for_others() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    let mut followers = Vec::new();
    for _ in 0..MAX_OF_CLIENT {
        followers.push(web.get("/orders/events").await);
    }
    let (status, problem) = web.problem("/orders/events").await;
    let detail = "16 streams of this client already follow orders";
    assert_eq!((status, problem["detail"].as_str()), (503, Some(detail)));
    let other = web.http.get(web.running.url("/orders/events")).header("x-forwarded-for", "10.0.0.1");
    assert_eq!(other.send().await.unwrap().status(), 200);
}
