//! Server-sent events: the newest of everything, all of it at once and then what changes.
//!
//! A listener that is slow misses states, never the newest: nothing is queued for anyone.

mod listeners;
mod until;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use clients::time::unix_now;
use kit::problem::Problem;
use tokio_stream::wrappers::WatchStream;
use tokio_stream::{Stream, StreamExt};

pub(crate) use self::listeners::Events;
use self::listeners::MOST;
use self::until::Until;
use crate::newest::{self, Newest};
use crate::state::Shared;

/// How long a browser waits before it connects again.
const RETRY: Duration = Duration::from_secs(1);
/// More often than anything on the way gives up on a silent stream.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// A map that is older was made for somebody who has left since, in milliseconds.
const FRESH: f64 = 5000.0;

pub(crate) fn routes() -> Router<Shared> {
    Router::new().route("/api/events", get(follow))
}

#[allow(clippy::unused_async, reason = "axum calls for async handlers")]
async fn follow(State(console): State<Shared>) -> Response {
    let Some(listening) = console.events.listen(&console.metrics.event_streams) else {
        let detail = format!("{MOST} listen to the events already");
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).into_response();
    };
    // Said at once, so that the browser knows the stream has begun.
    let begun = tokio_stream::once(Event::default().retry(RETRY).comment("following"));
    let map =
        states(&console.picture.newest).filter(|state| unix_now() * 1000.0 - (state.value.at as f64) < FRESH);
    let news = told("map", map)
        .merge(told("alerts", states(&console.alerts.newest)))
        .merge(told("mails", states(&console.mails.newest)))
        .merge(told("faults", states(&console.faults.told.newest)));
    let events = begun.chain(news).map(Ok::<_, Infallible>);
    let events = Until::new(events, console.shutdown.clone().cancelled_owned(), listening);
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

/// The present state, if there is one, and then each newest.
fn states<T: serde::Serialize + Send + Sync + 'static>(
    newest: &Newest<T>,
) -> impl Stream<Item = Arc<newest::State<T>>> + use<T> {
    WatchStream::new(newest.subscribe()).filter_map(|state| state)
}

fn told<T>(
    name: &'static str,
    states: impl Stream<Item = Arc<newest::State<T>>>,
) -> impl Stream<Item = Event> {
    states.map(move |state| Event::default().event(name).data(&state.json))
}
