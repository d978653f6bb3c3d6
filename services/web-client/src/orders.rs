//! `/orders` and the paths below it: a page to place and follow orders, and the same as JSON for programs.
//!
//! `content-type` selects a form or JSON for the request, `accept` a page or JSON for the response.

mod accept;
mod calls;
mod draft;
mod error;
mod events;
mod form;
mod json;
mod page;
mod place;
mod read;

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use kit::shutdown::CancellationToken;
use kit::stream_slots::StreamSlots;
use lookout_proto::order::order_client::OrderClient;

use crate::page::{Frame, script};
use crate::upstream::{Calls, Streams, Upstream};

/// The largest request body, in bytes.
const MAX_BODY: usize = 64 << 10;

#[derive(Clone)]
struct Orders {
    client: OrderClient<Calls>,
    watcher: OrderClient<Streams>,
    /// The timeout for the start of a stream.
    deadline: Duration,
    followers: StreamSlots,
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
        followers: StreamSlots::new(events::LIMITS),
        shutdown: shutdown.clone(),
        frame: frame.clone(),
    };
    Router::new()
        .route("/orders", get(read::list).post(place::place))
        .route("/orders/events", get(events::follow))
        .route("/orders/{id}", get(read::one))
        .route("/orders.js", script(include_str!("orders/orders.js")))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(orders)
}
