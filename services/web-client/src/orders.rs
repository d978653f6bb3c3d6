//! `/orders` and what is below it: a page to place orders and to follow them, and the same in JSON for programs.
//!
//! A request's body and its answer are chosen apart: a form or JSON by `content-type`, a page or JSON by `accept`.

mod accept;
mod calls;
mod draft;
mod events;
mod form;
mod json;
mod page;
mod place;
mod read;
mod refusal;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use kit::shutdown::CancellationToken;
use lookout_proto::order::order_client::OrderClient;
use tokio::sync::Semaphore;

use crate::page::{Frame, script};
use crate::upstream::{Calls, Streams, Upstream};

/// Of a request, in bytes.
const MAX_BODY: usize = 64 << 10;
/// Each follower holds a stream of the one connection to the server. Some servers give a connection no more than 100 or
/// 200: with all of them taken, no call would go through.
const MAX_FOLLOWERS: usize = 64;

#[derive(Clone)]
struct Orders {
    client: OrderClient<Calls>,
    watcher: OrderClient<Streams>,
    /// Within which a stream has to begin.
    deadline: Duration,
    followers: Arc<Semaphore>,
    /// Ends all streams.
    shutdown: CancellationToken,
    frame: Frame,
}

pub(crate) fn routes(
    upstream: &Upstream,
    frame: &Frame,
    deadline: Duration,
    shutdown: &CancellationToken,
) -> Router {
    let orders = Orders {
        client: OrderClient::new(upstream.calls.clone()),
        watcher: OrderClient::new(upstream.streams.clone()),
        deadline,
        followers: Arc::new(Semaphore::new(MAX_FOLLOWERS)),
        shutdown: shutdown.clone(),
        frame: frame.clone(),
    };
    Router::new()
        .route("/orders", get(read::list).post(place::place))
        .route("/orders/events", get(events::follow))
        .route("/orders/{id}", get(read::one))
        .route("/orders.js", get(|| async { script(include_str!("orders/orders.js")) }))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(orders)
}
