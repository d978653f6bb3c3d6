//! `/api/load`: sends the lab's steady streams for a bounded time, and counts exactly what was sent and what failed.
//!
//! Like `make load`, it does not take the lab's lock, because it injects no fault.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use catalog::{Selection, Stream};
use clients::Clients;
use clients::time::unix_now;
use faults::load::{Counts, Generator};
use kit::problem::Problem;
use kit::shutdown::{CancellationToken, TaskTracker};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::feed::{Feed, Receiver};

/// Allowed length of a load, in seconds.
pub(crate) const SECONDS: RangeInclusive<u64> = 5..=120;
/// How often the counts are published.
const PUBLISH_INTERVAL: Duration = Duration::from_millis(500);

/// The load generator; cheap to clone. At most one load runs at a time.
#[derive(Clone, Debug)]
pub(crate) struct Load(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clients: Clients,
    tasks: TaskTracker,
    shutdown: CancellationToken,
    /// The latest run, from its start until its last response.
    run: Mutex<Option<Run>>,
    state: Feed<LoadState>,
}

#[derive(Clone, Debug, Default)]
struct Run {
    /// Cancelled to stop it early.
    stop: CancellationToken,
    /// Cancelled when the last response has arrived.
    ended: CancellationToken,
}

/// The load as the pages show it; the totals stay after its end.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct LoadState {
    running: bool,
    /// Planned end, in Unix milliseconds; null unless running.
    until: Option<u64>,
    streams: Vec<&'static str>,
    sent: u64,
    failed: u64,
    /// Requests per second of all streams; 0 unless running.
    rate: u32,
}

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Load: FromRef<S>,
{
    Router::new().route("/api/load", post(start).delete(stop))
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
struct LoadRequest {
    seconds: u64,
    /// All streams of the started tutorials if absent.
    streams: Option<Vec<String>>,
}

#[allow(clippy::unused_async, reason = "axum requires async handlers")]
async fn start(
    State(load): State<Load>,
    Json(request): Json<LoadRequest>,
) -> Result<Json<LoadState>, Problem> {
    let bad_request = |detail| Problem::new(StatusCode::BAD_REQUEST, detail);
    if !SECONDS.contains(&request.seconds) {
        return Err(bad_request(format!("seconds: got {}, expected 5 to 120", request.seconds)));
    }
    let selection = load.0.clients.settings.tutorial;
    let streams = select(selection, request.streams.as_deref()).map_err(bad_request)?;
    load.start(streams, Duration::from_secs(request.seconds)).map(Json)
}

/// Responds once every request of the load has a response.
async fn stop(State(load): State<Load>) -> Json<LoadState> {
    let run = load.0.run.lock().clone();
    if let Some(run) = run {
        run.stop.cancel();
        run.ended.cancelled().await;
    }
    Json(load.state())
}

/// The streams of these names; without names, those of all started tutorials.
fn select(selection: Selection, names: Option<&[String]>) -> Result<Vec<Stream>, String> {
    let started = Stream::of(selection);
    let Some(names) = names else { return Ok(started) };
    let mut streams = Vec::new();
    for name in names {
        let known = Stream::of(Selection::All).into_iter().find(|stream| stream.name() == name);
        let stream = known.ok_or_else(|| format!("unknown stream {name:?}"))?;
        if !started.contains(&stream) {
            return Err(format!("{name} need a tutorial that was not started"));
        }
        if !streams.contains(&stream) {
            streams.push(stream);
        }
    }
    if streams.is_empty() { Err("streams: expected at least one name".to_owned()) } else { Ok(streams) }
}

impl Load {
    pub(crate) fn new(clients: Clients, tasks: TaskTracker, shutdown: CancellationToken) -> Self {
        let state = Feed::default();
        state.publish(LoadState::default());
        Self(Arc::new(Inner { clients, tasks, shutdown, run: Mutex::default(), state }))
    }

    pub(crate) fn state(&self) -> LoadState {
        self.0.state.latest().map(|latest| latest.value.clone()).unwrap_or_default()
    }

    pub(crate) fn subscribe(&self) -> Receiver<LoadState> {
        self.0.state.subscribe()
    }

    fn start(&self, streams: Vec<Stream>, length: Duration) -> Result<LoadState, Problem> {
        let run = Run::default();
        {
            let mut latest = self.0.run.lock();
            if latest.as_ref().is_some_and(|run| !run.ended.is_cancelled()) {
                return Err(Problem::new(StatusCode::CONFLICT, "a load is running; stop it first"));
            }
            *latest = Some(run.clone());
        }
        let state = LoadState {
            running: true,
            until: Some((unix_now() * 1000.0) as u64 + length.as_millis() as u64),
            rate: streams.iter().map(|stream| stream.requests_per_second()).sum(),
            streams: streams.iter().map(|stream| stream.name()).collect(),
            ..LoadState::default()
        };
        self.0.state.publish(state.clone());
        self.0.tasks.spawn(self.clone().send(streams, length, state.clone(), run));
        Ok(state)
    }

    async fn send(self, streams: Vec<Stream>, length: Duration, mut state: LoadState, run: Run) {
        let Inner { clients, shutdown, state: feed, .. } = &*self.0;
        let _ended = run.ended.drop_guard();
        let traffic: Vec<Generator> =
            streams.into_iter().map(|stream| Generator::start(clients, stream)).collect();
        let publish_counts = async {
            loop {
                tokio::time::sleep(PUBLISH_INTERVAL).await;
                feed.publish(state.with(traffic.iter().map(Generator::counts)));
            }
        };
        tokio::select! {
            () = publish_counts => {}
            () = tokio::time::sleep(length) => {}
            () = run.stop.cancelled() => {}
            () = shutdown.cancelled() => {}
        }
        let mut counts = Vec::new();
        for one in traffic {
            counts.push(one.stop().await);
        }
        (state.running, state.until, state.rate) = (false, None, 0);
        feed.publish(state.with(counts.into_iter()));
    }
}

impl LoadState {
    /// This state with the sum of `counts`.
    fn with(&self, counts: impl Iterator<Item = Counts>) -> Self {
        let (sent, failed) = counts.fold((0, 0), |sum, one| (sum.0 + one.sent, sum.1 + one.failed));
        Self { sent, failed, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(selection: Selection, names: &[&str]) -> Result<Vec<Stream>, String> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        select(selection, Some(&names))
    }

    #[test]
    fn names_select_each_started_stream_once() {
        assert_eq!(named(Selection::All, &["orders", "orders"]), Ok(vec![Stream::Orders]));
        assert_eq!(select(Selection::Influx, None), Ok(vec![Stream::Echoes, Stream::Hellos]));
        assert!(named(Selection::Echo, &["orders"]).unwrap_err().contains("not started"));
        assert!(named(Selection::All, &["slow hellos"]).unwrap_err().contains("unknown stream"));
        assert!(named(Selection::All, &[]).is_err());
    }
}
