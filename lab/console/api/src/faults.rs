//! Faults that are thrown by a click and taken back by themselves: at their time, at shutdown, after an error, and, if a
//! console was killed, by the next one.
//!
//! While one is on, and until its alert has recovered, the lab's lock is held: the fault's traffic flows so long, and
//! would spoil the counts of a check and the rest that a run of `make alert` waits for. Different faults may be on at
//! a time, under the one lock.

mod hold;
mod left;
mod recovery;
mod refusal;
mod round;
mod state;
mod streams;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use axum::extract::{Path as UrlPath, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use catalog::{Fault, Selection};
use kit::problem::Problem;
use parking_lot::Mutex;
use serde::Deserialize;

use crate::faults::hold::Hold;
use crate::faults::left::Left;
use crate::faults::refusal::Refusal;
use crate::faults::round::Round;
use crate::faults::streams::Streams;
use crate::state::Shared;

pub(crate) use crate::faults::state::{Body, FaultState, Told};

/// How long a fault may be asked for, in seconds.
const SECONDS: std::ops::RangeInclusive<u64> = 10..=300;
/// How long it stays where nothing is asked for.
const DEFAULT_SECONDS: u64 = 60;
/// Between two looks at who else holds the lab.
const LOOK: Duration = Duration::from_secs(1);

/// What this module remembers.
#[derive(Debug)]
pub(crate) struct Faults {
    /// What is told of faults and load.
    pub(crate) told: Told,
    hold: Hold,
    left: Left,
    streams: Streams,
    /// Each fault's newest round.
    rounds: Mutex<BTreeMap<&'static str, Round>>,
}

impl Faults {
    /// `folder` is the one that all runs of the lab share.
    pub(crate) fn new(chosen: Selection, folder: &Path) -> Self {
        Self {
            told: Told::new(chosen),
            hold: Hold::new(folder),
            left: Left::new(folder),
            streams: Streams::default(),
            rounds: Mutex::default(),
        }
    }
}

pub(crate) fn routes() -> Router<Shared> {
    Router::new().route("/api/faults", get(all)).route("/api/faults/{name}", post(throw).delete(take_back))
}

/// Takes back what a killed console has left, and looks at who else holds the lab; runs until shutdown. What was left is
/// known when this returns, before anyone can throw it.
pub(crate) fn run(console: Shared) -> impl Future<Output = ()> {
    for fault in console.faults.left.faults() {
        round::mend(&console, fault);
    }
    async move {
        let shutdown = console.shutdown.clone();
        shutdown.run_until_cancelled(look(&console)).await;
    }
}

async fn look(console: &Shared) {
    loop {
        let holder = console.faults.hold.elsewhere();
        console.faults.told.set_all(|state| state.held_by.clone_from(&holder));
        tokio::time::sleep(LOOK).await;
    }
}

async fn all(State(console): State<Shared>) -> Json<Body> {
    Json(console.faults.told.body())
}

/// What may be asked of a fault.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    seconds: Option<u64>,
}

async fn throw(
    State(console): State<Shared>,
    UrlPath(name): UrlPath<String>,
    asked: Option<Json<Asked>>,
) -> Result<Json<FaultState>, Problem> {
    let fault = find(&name)?;
    let seconds = asked.and_then(|Json(asked)| asked.seconds).unwrap_or(DEFAULT_SECONDS);
    if !SECONDS.contains(&seconds) {
        return Err(Refusal::Seconds(seconds).into());
    }
    if fault.injection().needs_docker() {
        return Err(Refusal::Command(fault).into());
    }
    if !fault.belongs_to(console.config.settings.tutorial) {
        return Err(Refusal::NotStarted(fault).into());
    }
    round::throw(&console, fault, Duration::from_secs(seconds)).await?;
    Ok(Json(console.faults.told.of(fault)))
}

async fn take_back(
    State(console): State<Shared>,
    UrlPath(name): UrlPath<String>,
) -> Result<Json<FaultState>, Problem> {
    let fault = find(&name)?;
    if fault.injection().needs_docker() {
        return Err(Refusal::Command(fault).into());
    }
    round::take_back(&console, fault).await?;
    Ok(Json(console.faults.told.of(fault)))
}

fn find(name: &str) -> Result<Fault, Refusal> {
    Fault::ALL.into_iter().find(|fault| fault.name() == name).ok_or_else(|| Refusal::Unknown(name.to_owned()))
}
