//! Faults and load in one document, as the pages show them: `GET /api/faults` and the event `faults`.

use axum::extract::{FromRef, State};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio_stream::wrappers::WatchStream;
use tokio_stream::{Stream, StreamExt};

use crate::faults::{FaultState, Faults};
use crate::load::{Load, LoadState};

/// What disturbs or loads the lab on purpose.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Activity {
    faults: Vec<FaultState>,
    load: LoadState,
}

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Faults: FromRef<S>,
    Load: FromRef<S>,
{
    Router::new().route("/api/faults", get(current))
}

#[allow(clippy::unused_async, reason = "axum requires async handlers")]
async fn current(State(faults): State<Faults>, State(load): State<Load>) -> Json<Activity> {
    Json(Activity { faults: faults.states(), load: load.state() })
}

/// The current document as JSON, and then each later one.
pub(crate) fn updates(faults: &Faults, load: &Load) -> impl Stream<Item = String> + use<> {
    let faults_changes = WatchStream::new(faults.subscribe()).map(|_| ());
    let load_changes = WatchStream::from_changes(load.subscribe()).map(|_| ());
    let (faults, load) = (faults.clone(), load.clone());
    faults_changes.merge(load_changes).map(move |()| {
        let activity = Activity { faults: faults.states(), load: load.state() };
        serde_json::to_string(&activity).expect("the console's views serialize to JSON")
    })
}
