//! One fault from its throwing to its alert's recovery. Each round is a task that goes on when the page that asked for it
//! is gone, and that the console's end waits for.

use std::sync::Arc;
use std::time::Duration;

use catalog::Fault;
use clients::time::unix_now;
use faults::fault_guard;
use faults::fault_guard::FaultGuardError;
use kit::shutdown::CancellationToken;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::hold::Share;
use super::recovery::recovered;
use super::refusal::Refusal;
use super::streams::give_back;
use crate::state::Shared;

/// Between two attempts to take back what could not be taken back, or to take the lock for it.
const PAUSE: Duration = Duration::from_secs(1);

/// How a round is steered and followed.
#[derive(Clone, Debug, Default)]
pub(super) struct Round {
    /// Cancelled to take the fault back before its time.
    back: CancellationToken,
    /// Cancelled to wait no longer for the alert's recovery.
    enough: CancellationToken,
    /// Cancelled when the fault is off.
    off: CancellationToken,
    /// Cancelled when nothing of the round is left.
    ended: CancellationToken,
}

impl Round {
    /// One of which nothing is left.
    fn over() -> Self {
        let round = Self::default();
        for token in [&round.back, &round.enough, &round.off, &round.ended] {
            token.cancel();
        }
        round
    }
}

/// Throws a fault for so long. Returns when it is on.
pub(super) async fn throw(console: &Shared, fault: Fault, length: Duration) -> Result<(), Refusal> {
    let (round, before) = {
        let mut rounds = console.faults.rounds.lock();
        let before = rounds.get(fault.name()).cloned().unwrap_or_else(Round::over);
        if !before.off.is_cancelled() {
            return Err(Refusal::On(fault));
        }
        let round = Round::default();
        rounds.insert(fault.name(), round.clone());
        (round, before)
    };
    let (told, mut outcome) = mpsc::channel(2);
    let shared = Arc::clone(console);
    console.tasks.spawn(async move {
        before.enough.cancel();
        before.ended.cancelled().await;
        let _ended = round.ended.clone().drop_guard();
        let off = round.off.clone().drop_guard();
        shared.faults.told.set(fault, |state| state.error = None);
        match begin(&shared, fault).await {
            Ok(share) => {
                let traffic = shared.faults.streams.share(&shared.parts, fault.load());
                let was_on = stay(&shared, fault, length, &round, &told).await;
                drop(off);
                if was_on {
                    recover(&shared, fault, &round).await;
                }
                give_back(traffic).await;
                drop(share);
            }
            Err(refusal) => {
                // Who is refused may ask again at once.
                drop(off);
                _ = told.try_send(Err(refusal));
            }
        }
    });
    outcome.recv().await.unwrap_or(Err(Refusal::Stopping))
}

/// Takes a fault back. Returns when it is off; it may have been off.
pub(super) async fn take_back(console: &Shared, fault: Fault) -> Result<(), Refusal> {
    let round = console.faults.rounds.lock().get(fault.name()).cloned();
    let Some(round) = round else { return Ok(()) };
    round.back.cancel();
    let mut told = console.faults.told.newest.subscribe();
    loop {
        if round.off.is_cancelled() {
            return Ok(());
        }
        if let Some(error) = console.faults.told.of(fault).error {
            return Err(Refusal::Failed(error));
        }
        tokio::select! {
            () = round.off.cancelled() => {}
            _ = told.changed() => {}
        }
    }
}

/// Takes back what a killed console has left, as soon as nobody else has the lab.
pub(super) fn mend(console: &Shared, fault: Fault) {
    let round = Round::default();
    console.faults.rounds.lock().insert(fault.name(), round.clone());
    console.faults.told.set(fault, |state| {
        state.on = true;
        state.error = Some("left by a console that was killed; it is being taken back".to_owned());
    });
    let console = Arc::clone(console);
    console.tasks.clone().spawn(async move {
        let _ended = round.ended.drop_guard();
        let _off = round.off.drop_guard();
        let join = async {
            loop {
                match join(&console, fault).await {
                    Ok(share) => return share,
                    Err(error) => tracing::info!(fault = fault.name(), %error, "a fault that was left waits"),
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let Some(_share) = console.shutdown.run_until_cancelled(join).await else { return };
        if taken_back(&console, fault).await {
            console.faults.told.set(fault, |state| state.error = None);
            tracing::info!(fault = fault.name(), "took back a fault that a killed console has left");
            rest(&console, fault);
        }
    });
}

/// The lab is held, the part answers, and the fault is noted for the next console.
async fn begin(console: &Shared, fault: Fault) -> Result<Share, Refusal> {
    if console.shutdown.is_cancelled() {
        return Err(Refusal::Stopping);
    }
    let share = join(console, fault).await?;
    let answers = faults::is_active(&console.parts, fault.injection()).await;
    answers.map_err(|error| Refusal::Failed(error.to_string()))?;
    console.faults.left.add(fault)?;
    Ok(share)
}

async fn join(console: &Shared, fault: Fault) -> Result<Share, Refusal> {
    let hold = console.faults.hold.clone();
    let joined = spawn_blocking(move || hold.join(fault)).await;
    Ok(joined.map_err(|error| Refusal::Failed(error.to_string()))??)
}

/// The fault is on until its time is over, or it is taken back, or the console stops. Says whether it was on, and is off.
async fn stay(
    console: &Shared,
    fault: Fault,
    length: Duration,
    round: &Round,
    told: &mpsc::Sender<Result<(), Refusal>>,
) -> bool {
    let watch = {
        let (console, back, told) = (Arc::clone(console), round.back.clone(), told.clone());
        async move {
            let now = millis();
            console.faults.told.set(fault, |state| {
                state.on = true;
                state.since = Some(now);
                state.until = Some(now + length.as_millis() as u64);
            });
            tracing::info!(fault = fault.name(), ?length, "thrown");
            _ = told.try_send(Ok(()));
            tokio::select! {
                () = tokio::time::sleep(length) => {}
                () = back.cancelled() => {}
                () = console.shutdown.cancelled() => {}
            }
        }
    };
    let Err(error) = fault_guard::with_fault(&console.parts, fault.injection(), watch).await else {
        tracing::info!(fault = fault.name(), "taken back");
        rest(console, fault);
        return true;
    };
    tracing::warn!(fault = fault.name(), %error, "a fault went wrong");
    console.faults.told.set(fault, |state| state.error = Some(error.to_string()));
    _ = told.try_send(Err(Refusal::Failed(error.to_string())));
    match error {
        FaultGuardError::NotCleared(_) if !taken_back(console, fault).await => return false,
        FaultGuardError::NotCleared(_) => console.faults.told.set(fault, |state| state.error = None),
        FaultGuardError::NotInjected(_) | FaultGuardError::Panicked(_) => {}
    }
    rest(console, fault);
    false
}

/// Tries until the fault is off, or the console stops: then it stays noted for the next one.
async fn taken_back(console: &Shared, fault: Fault) -> bool {
    let trying = async {
        while let Err(error) = faults::clear(&console.parts, fault.injection()).await {
            let error = format!("the fault could not be taken back: {error}; it is tried again");
            console.faults.told.set(fault, |state| state.error = Some(error));
            tokio::time::sleep(PAUSE).await;
        }
    };
    console.shutdown.run_until_cancelled(trying).await.is_some()
}

/// It is off.
fn rest(console: &Shared, fault: Fault) {
    console.faults.left.remove(fault);
    console.faults.told.set(fault, |state| (state.on, state.since, state.until) = (false, None, None));
}

/// Waits for the alert, unless the console stops or the fault is thrown again.
async fn recover(console: &Shared, fault: Fault, round: &Round) {
    console.faults.told.set(fault, |state| state.recovering = true);
    tokio::select! {
        recovered = recovered(&console.parts, fault) => {
            tracing::info!(fault = fault.name(), alert = fault.alert(), recovered, "round over");
        }
        () = round.enough.cancelled() => {}
        () = console.shutdown.cancelled() => {}
    }
    console.faults.told.set(fault, |state| state.recovering = false);
}

/// Now, in Unix milliseconds.
fn millis() -> u64 {
    (unix_now() * 1000.0) as u64
}
