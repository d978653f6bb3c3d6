//! The number of followers is limited, because they use streams of the shared connection.

use testkit::eventually;

use crate::order_server::OrderServer;
use crate::support::{TIMEOUT, Web};

const MAX_FOLLOWERS: usize = 64;

#[tokio::test]
async fn a_follower_over_the_limit_is_rejected_until_another_disconnects() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    let mut followers = Vec::new();
    for _ in 0..MAX_FOLLOWERS {
        let response = web.get("/orders/events").await;
        assert_eq!(response.status(), 200);
        followers.push(response);
    }
    assert_eq!(server.watchers(), MAX_FOLLOWERS);
    let (status, problem) = web.problem("/orders/events").await;
    assert_eq!((status, problem["detail"].as_str()), (503, Some("64 clients already follow orders")));
    assert_eq!(web.get("/orders").await.status(), 200);

    followers.pop();
    eventually(TIMEOUT, async || web.get("/orders/events").await.status() == 200).await;
}
