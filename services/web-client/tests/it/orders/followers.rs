//! Followers are bounded: they hold streams of the connection that all calls share.

use testkit::eventually;

use crate::lab::{PATIENCE, Web};
use crate::order_server::OrderServer;

const MOST: usize = 64;

#[tokio::test]
async fn one_too_many_is_refused_until_another_leaves() {
    let server = OrderServer::start().await;
    let web = Web::with_orders(server.addr()).await;
    let mut followers = Vec::new();
    for _ in 0..MOST {
        let response = web.get("/orders/events").await;
        assert_eq!(response.status(), 200);
        followers.push(response);
    }
    assert_eq!(server.watchers(), MOST);
    let (status, problem) = web.problem("/orders/events").await;
    assert_eq!((status, problem["detail"].as_str()), (503, Some("64 follow the orders already")));
    assert_eq!(web.get("/orders").await.status(), 200);

    followers.pop();
    eventually(PATIENCE, async || web.get("/orders/events").await.status() == 200).await;
}
