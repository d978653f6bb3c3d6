//! A bounded load: the lab's steady streams for so many seconds, with an exact count of what was sent and what failed.
//!
//! As `make load`, it takes no lock: nothing is broken by it.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use catalog::{Selection, Stream};
use clients::time::unix_now;
use faults::load::{Counts, Generator};
use kit::problem::Problem;
use kit::shutdown::CancellationToken;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::state::Shared;

/// How long a load may be asked for, in seconds.
const SECONDS: std::ops::RangeInclusive<u64> = 5..=120;
/// Between two counts that are told.
const TELL: Duration = Duration::from_millis(500);

/// What this module remembers: the newest load, from its start to its last answer.
#[derive(Debug, Default)]
pub(crate) struct Load(Mutex<Option<Running>>);

/// How a load is ended.
#[derive(Clone, Debug, Default)]
struct Running {
    stop: CancellationToken,
    /// Cancelled when the last answer is there.
    ended: CancellationToken,
}

/// The load as the page shows it; after its end, what it has come to.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct LoadState {
    running: bool,
    /// Unix milliseconds.
    until: Option<u64>,
    streams: Vec<&'static str>,
    sent: u64,
    failed: u64,
    /// Requests a second, while it runs.
    rate: u32,
}

pub(crate) fn routes() -> Router<Shared> {
    Router::new().route("/api/load", post(start).delete(stop))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    seconds: u64,
    streams: Option<Vec<String>>,
}

async fn start(State(console): State<Shared>, Json(asked): Json<Asked>) -> Result<Json<LoadState>, Problem> {
    if !SECONDS.contains(&asked.seconds) {
        return Err(refuse(format!("seconds: got {}, expected 5 to 120", asked.seconds)));
    }
    let streams = streams(console.config.settings.tutorial, asked.streams.as_deref()).map_err(refuse)?;
    let running = Running::default();
    {
        let mut newest = console.load.0.lock();
        if newest.as_ref().is_some_and(|load| !load.ended.is_cancelled()) {
            return Err(Problem::new(StatusCode::CONFLICT, "a load is running; stop it first"));
        }
        *newest = Some(running.clone());
    }
    let length = Duration::from_secs(asked.seconds);
    let until = (unix_now() * 1000.0) as u64 + length.as_millis() as u64;
    let state = LoadState {
        running: true,
        until: Some(until),
        rate: streams.iter().map(|stream| stream.requests_per_second()).sum(),
        streams: streams.iter().map(|stream| stream.name()).collect(),
        ..LoadState::default()
    };
    console.faults.told.set_load(state.clone());
    console.tasks.spawn(send(console.clone(), streams, length, state.clone(), running));
    Ok(Json(state))
}

/// Answers when the last request of the load has been answered.
async fn stop(State(console): State<Shared>) -> Json<LoadState> {
    let running = console.load.0.lock().clone();
    if let Some(running) = running {
        running.stop.cancel();
        running.ended.cancelled().await;
    }
    Json(console.faults.told.body().load)
}

fn refuse(detail: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, detail)
}

/// The streams of these names; those of all tutorials that were started where none are named.
fn streams(chosen: Selection, names: Option<&[String]>) -> Result<Vec<Stream>, String> {
    let started = Stream::of(chosen);
    let Some(names) = names else { return Ok(started) };
    let mut streams = Vec::new();
    for name in names {
        let known = Stream::of(Selection::All).into_iter().find(|stream| stream.name() == name);
        let stream = known.ok_or_else(|| format!("there is no stream {name:?}"))?;
        if !started.contains(&stream) {
            return Err(format!("{name} need a tutorial that was not started"));
        }
        if !streams.contains(&stream) {
            streams.push(stream);
        }
    }
    if streams.is_empty() { Err("no stream is named".to_owned()) } else { Ok(streams) }
}

async fn send(
    console: Shared,
    streams: Vec<Stream>,
    length: Duration,
    mut state: LoadState,
    running: Running,
) {
    let _ended = running.ended.drop_guard();
    let traffic: Vec<Generator> =
        streams.into_iter().map(|stream| Generator::start(&console.parts, stream)).collect();
    let tell = async {
        loop {
            tokio::time::sleep(TELL).await;
            console.faults.told.set_load(state.with(traffic.iter().map(Generator::counts)));
        }
    };
    tokio::select! {
        () = tell => {}
        () = tokio::time::sleep(length) => {}
        () = running.stop.cancelled() => {}
        () = console.shutdown.cancelled() => {}
    }
    let mut counts = Vec::new();
    for one in traffic {
        counts.push(one.stop().await);
    }
    (state.running, state.until, state.rate) = (false, None, 0);
    console.faults.told.set_load(state.with(counts.into_iter()));
}

impl LoadState {
    /// The same with these counts, added up.
    fn with(&self, counts: impl Iterator<Item = Counts>) -> Self {
        let (sent, failed) = counts.fold((0, 0), |sum, one| (sum.0 + one.sent, sum.1 + one.failed));
        Self { sent, failed, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(chosen: Selection, names: &[&str]) -> Result<Vec<Stream>, String> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        streams(chosen, Some(&names))
    }

    #[test]
    fn a_stream_is_sent_once_and_only_where_its_tutorial_was_started() {
        assert_eq!(named(Selection::All, &["orders", "orders"]), Ok(vec![Stream::Orders]));
        assert_eq!(streams(Selection::Influx, None), Ok(vec![Stream::Echoes, Stream::Hellos]));
        assert!(named(Selection::Echo, &["orders"]).unwrap_err().contains("not started"));
        assert!(named(Selection::All, &["slow hellos"]).unwrap_err().contains("no stream"));
        assert!(named(Selection::All, &[]).is_err());
    }
}
