//! Server-sent events: a stream starts with the latest snapshot of every feed, followed by each change.
//!
//! Nothing is queued: a slow listener skips snapshots, never the latest one.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, FromRef, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use clients::time::unix_now;
use kit::problem::Problem;
use kit::shutdown::CancellationToken;
use kit::stream_slots::StreamClient;
use serde::Serialize;
use tokio_stream::wrappers::WatchStream;
use tokio_stream::{Stream, StreamExt};

use crate::activity;
use crate::alerts::AlertFeeds;
use crate::faults::Faults;
use crate::feed::{Feed, Snapshot};
use crate::listeners::{Listeners, Slot};
use crate::load::Load;
use crate::mails::MailHead;
use crate::topology::Topology;

/// How long a browser waits before it reconnects.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// Shorter than the idle timeout of any proxy in between.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// An older topology, in milliseconds, was measured for an earlier listener, and is not sent.
const MAX_TOPOLOGY_AGE_MS: f64 = 5000.0;

/// The feeds that are sent as events.
#[derive(Clone, Debug)]
pub(crate) struct Events {
    pub(crate) listeners: Listeners,
    pub(crate) topology: Feed<Topology>,
    pub(crate) alerts: AlertFeeds,
    pub(crate) mails: Feed<Vec<MailHead>>,
    pub(crate) faults: Faults,
    pub(crate) load: Load,
    pub(crate) shutdown: CancellationToken,
}

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Events: FromRef<S>,
{
    Router::new().route("/api/events", get(stream))
}

#[allow(clippy::unused_async, reason = "axum requires async handlers")]
async fn stream(
    State(events): State<Events>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    let slot = match events.listeners.take_slot(StreamClient::new(peer.ip(), &headers)) {
        Ok(slot) => slot,
        Err(reason) => {
            return Problem::new(StatusCode::SERVICE_UNAVAILABLE, reason.to_string()).into_response();
        }
    };
    // Sent at once, so that the browser sees the connection as open.
    let opening = tokio_stream::once(Event::default().retry(RETRY_DELAY).comment("following"));
    let is_recent = |topology: &Arc<Snapshot<Topology>>| {
        unix_now() * 1000.0 - (topology.value.at as f64) < MAX_TOPOLOGY_AGE_MS
    };
    let activity = activity::updates(&events.faults, &events.load);
    let updates = named("map", snapshots(&events.topology).filter(is_recent))
        .merge(named("alerts", snapshots(&events.alerts.alerts)))
        .merge(named("sources", snapshots(&events.alerts.sources)))
        .merge(named("mails", snapshots(&events.mails)))
        .merge(activity.map(|json| Event::default().event("faults").data(json)));
    let items = opening.chain(updates).map(Ok::<_, Infallible>);
    let body = EventStream {
        items: Box::pin(items),
        shutdown: Box::pin(events.shutdown.clone().cancelled_owned()),
        _slot: slot,
    };
    Sse::new(body).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

/// The current snapshot, if there is one, and then each later one.
fn snapshots<T: Serialize + Send + Sync + 'static>(
    feed: &Feed<T>,
) -> impl Stream<Item = Arc<Snapshot<T>>> + use<T> {
    WatchStream::new(feed.subscribe()).filter_map(|snapshot| snapshot)
}

fn named<T>(
    name: &'static str,
    snapshots: impl Stream<Item = Arc<Snapshot<T>>>,
) -> impl Stream<Item = Event> {
    snapshots.map(move |snapshot| Event::default().event(name).data(&snapshot.json))
}

/// Items until shutdown; holds its listener's slot until it is dropped.
struct EventStream<S, E> {
    items: Pin<Box<S>>,
    shutdown: Pin<Box<E>>,
    _slot: Slot,
}

impl<S: Stream, E: Future<Output = ()>> Stream for EventStream<S, E> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        if self.shutdown.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        self.items.as_mut().poll_next(context)
    }
}
