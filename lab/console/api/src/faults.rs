//! `/api/faults/NAME`: injects faults for a bounded time. A fault is cleared at its deadline, at shutdown, after an error,
//! and, if the console was killed, by the next console.
//!
//! While a fault is on, and until its alert has recovered, the console holds the lab's lock: the fault and its traffic would
//! distort the counts of a concurrent `make check`, and delay a `make alert`, which waits for a quiet lab. Several faults can
//! be on at a time, under the one lock.

mod error;
mod journal;
mod leftovers;
mod recovery;
mod run;
mod shared;
mod states;

use std::ops::RangeInclusive;
use std::time::Duration;

use axum::extract::{FromRef, Path, State};
use axum::routing::post;
use axum::{Json, Router};
use catalog::Fault;
use kit::problem::Problem;
use serde::Deserialize;

use self::error::FaultError;
pub(crate) use self::run::Faults;
pub(crate) use self::states::FaultState;

/// Allowed length of a fault, in seconds.
const SECONDS: RangeInclusive<u64> = 10..=300;
const DEFAULT_SECONDS: u64 = 60;
/// How often the holder of the lab's lock is read.
const LOCK_POLL_INTERVAL: Duration = Duration::from_secs(1);

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Faults: FromRef<S>,
{
    Router::new().route("/api/faults/{name}", post(inject).delete(clear))
}

/// Publishes which other process holds the lab's lock.
pub(crate) async fn watch_lock(faults: Faults) {
    loop {
        faults.update_holder();
        tokio::time::sleep(LOCK_POLL_INTERVAL).await;
    }
}

#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
struct InjectRequest {
    /// 60 if absent.
    seconds: Option<u64>,
}

async fn inject(
    State(faults): State<Faults>,
    Path(name): Path<String>,
    request: Option<Json<InjectRequest>>,
) -> Result<Json<FaultState>, Problem> {
    let fault = find(&name)?;
    let seconds = request.and_then(|Json(request)| request.seconds).unwrap_or(DEFAULT_SECONDS);
    if !SECONDS.contains(&seconds) {
        return Err(FaultError::Seconds(seconds).into());
    }
    if fault.injection().needs_docker() {
        return Err(FaultError::NeedsDocker(fault).into());
    }
    if !faults.belongs(fault) {
        return Err(FaultError::NotStarted(fault).into());
    }
    faults.inject(fault, Duration::from_secs(seconds)).await?;
    Ok(Json(faults.state(fault)))
}

async fn clear(State(faults): State<Faults>, Path(name): Path<String>) -> Result<Json<FaultState>, Problem> {
    let fault = find(&name)?;
    if fault.injection().needs_docker() {
        return Err(FaultError::NeedsDocker(fault).into());
    }
    faults.clear(fault).await?;
    Ok(Json(faults.state(fault)))
}

fn find(name: &str) -> Result<Fault, FaultError> {
    let known = Fault::ALL.into_iter().find(|fault| fault.name() == name);
    known.ok_or_else(|| FaultError::Unknown(name.to_owned()))
}
