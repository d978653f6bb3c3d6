//! The run of a fault, from its injection to the recovery of its alert. A run is a task of its own: it continues after the
//! page that started it is closed, and shutdown waits for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use catalog::Fault;
use clients::Clients;
use clients::time::unix_now;
use faults::fault_guard::{FaultGuardError, with_fault};
use kit::shutdown::{CancellationToken, TaskTracker};
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::error::FaultError;
use super::journal::Journal;
use super::recovery::wait_for_recovery;
use super::shared::{LabLock, LockShare, SharedTraffic, release};
use super::states::{FaultState, FaultStates};
use crate::feed::Receiver;

/// Delay before clearing a fault, or taking the lock for it, is tried again.
pub(super) const RETRY_DELAY: Duration = Duration::from_secs(1);

/// Injects and clears faults; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Faults(pub(super) Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) clients: Clients,
    pub(super) tasks: TaskTracker,
    pub(super) shutdown: CancellationToken,
    pub(super) states: FaultStates,
    lock: LabLock,
    pub(super) journal: Journal,
    traffic: SharedTraffic,
    /// The latest run of each fault.
    pub(super) runs: Mutex<BTreeMap<&'static str, Run>>,
}

/// Controls a run, and signals its progress.
#[derive(Clone, Debug, Default)]
pub(super) struct Run {
    /// Cancelled to clear the fault early.
    clear: CancellationToken,
    /// Cancelled to stop waiting for the alert's recovery.
    skip_recovery: CancellationToken,
    /// Cancelled when the fault is off.
    pub(super) off: CancellationToken,
    /// Cancelled when the run has released the lock and its traffic.
    pub(super) ended: CancellationToken,
}

impl Run {
    fn ended() -> Self {
        let run = Self::default();
        for token in [&run.clear, &run.skip_recovery, &run.off, &run.ended] {
            token.cancel();
        }
        run
    }
}

impl Faults {
    /// Reads the faults that an earlier console left in the lab's state folder.
    pub(crate) fn new(clients: Clients, tasks: TaskTracker, shutdown: CancellationToken) -> Self {
        let settings = &clients.settings;
        Self(Arc::new(Inner {
            states: FaultStates::new(settings.tutorial),
            lock: LabLock::new(&settings.state),
            journal: Journal::open(&settings.state),
            traffic: SharedTraffic::default(),
            runs: Mutex::default(),
            clients,
            tasks,
            shutdown,
        }))
    }

    pub(crate) fn states(&self) -> Vec<FaultState> {
        self.0.states.all()
    }

    pub(crate) fn subscribe(&self) -> Receiver<Vec<FaultState>> {
        self.0.states.feed.subscribe()
    }

    pub(super) fn state(&self, fault: Fault) -> FaultState {
        self.0.states.of(fault)
    }

    pub(super) fn belongs(&self, fault: Fault) -> bool {
        fault.belongs_to(self.0.clients.settings.tutorial)
    }

    /// Publishes which other process holds the lab's lock.
    pub(super) fn update_holder(&self) {
        let held = self.0.lock.other_holder();
        let since = held.as_ref().and_then(|held| held.since.duration_since(UNIX_EPOCH).ok());
        let since = since.and_then(|since| u64::try_from(since.as_millis()).ok());
        let holder = held.map(|held| held.holder);
        self.0.states.update_all(|state| {
            state.held_by.clone_from(&holder);
            state.held_since = since;
        });
    }

    /// Injects a fault for `length`. Returns once it is on.
    pub(super) async fn inject(&self, fault: Fault, length: Duration) -> Result<(), FaultError> {
        let (run, previous) = {
            let mut runs = self.0.runs.lock();
            let previous = runs.get(fault.name()).cloned().unwrap_or_else(Run::ended);
            if !previous.off.is_cancelled() {
                return Err(FaultError::AlreadyOn(fault));
            }
            let run = Run::default();
            runs.insert(fault.name(), run.clone());
            (run, previous)
        };
        // Two: the run may report that the fault is on, and later an error.
        let (outcome, mut outcomes) = mpsc::channel(2);
        let faults = self.clone();
        self.0.tasks.spawn(async move {
            previous.skip_recovery.cancel();
            previous.ended.cancelled().await;
            let _ended = run.ended.clone().drop_guard();
            let off = run.off.clone().drop_guard();
            faults.0.states.update(fault, |state| state.error = None);
            match faults.prepare(fault).await {
                Ok(share) => {
                    let traffic = faults.0.traffic.share(&faults.0.clients, fault.load());
                    let was_on = faults.hold(fault, length, &run, &outcome).await;
                    drop(off);
                    if was_on {
                        faults.recover(fault, &run).await;
                    }
                    release(traffic).await;
                    drop(share);
                }
                Err(error) => {
                    // First: the caller may try again as soon as it has the error.
                    drop(off);
                    _ = outcome.try_send(Err(error));
                }
            }
        });
        outcomes.recv().await.unwrap_or(Err(FaultError::ShuttingDown))
    }

    /// Clears a fault. Returns once it is off, at once if it was off before.
    pub(super) async fn clear(&self, fault: Fault) -> Result<(), FaultError> {
        let run = self.0.runs.lock().get(fault.name()).cloned();
        let Some(run) = run else { return Ok(()) };
        run.clear.cancel();
        let mut changes = self.subscribe();
        loop {
            if run.off.is_cancelled() {
                return Ok(());
            }
            if let Some(error) = self.state(fault).error {
                return Err(FaultError::Failed(error));
            }
            tokio::select! {
                () = run.off.cancelled() => {}
                _ = changes.changed() => {}
            }
        }
    }

    /// Takes the lab's lock, checks that the service responds, and records the fault for the next console.
    async fn prepare(&self, fault: Fault) -> Result<LockShare, FaultError> {
        if self.0.shutdown.is_cancelled() {
            return Err(FaultError::ShuttingDown);
        }
        let share = self.share_lock(fault).await?;
        let state = faults::is_active(&self.0.clients, fault.injection()).await;
        state.map_err(|error| FaultError::Failed(error.to_string()))?;
        self.0.journal.add(fault)?;
        Ok(share)
    }

    pub(super) async fn share_lock(&self, fault: Fault) -> Result<LockShare, FaultError> {
        let lock = self.0.lock.clone();
        let share = spawn_blocking(move || lock.share(fault)).await;
        Ok(share.map_err(|error| FaultError::Failed(error.to_string()))??)
    }

    /// Injects the fault, waits until its time is over, it is cleared by a user, or the console shuts down, and clears it.
    /// Returns whether the fault was on and is off now.
    async fn hold(
        &self,
        fault: Fault,
        length: Duration,
        run: &Run,
        outcome: &mpsc::Sender<Result<(), FaultError>>,
    ) -> bool {
        let while_on = {
            let (faults, clear, outcome) = (self.clone(), run.clear.clone(), outcome.clone());
            async move {
                let now = (unix_now() * 1000.0) as u64;
                faults.0.states.update(fault, |state| {
                    state.on = true;
                    state.since = Some(now);
                    state.until = Some(now + length.as_millis() as u64);
                });
                tracing::info!(fault = fault.name(), ?length, "fault injected");
                _ = outcome.try_send(Ok(()));
                tokio::select! {
                    () = tokio::time::sleep(length) => {}
                    () = clear.cancelled() => {}
                    () = faults.0.shutdown.cancelled() => {}
                }
            }
        };
        let Err(error) = with_fault(&self.0.clients, fault.injection(), while_on).await else {
            tracing::info!(fault = fault.name(), "fault cleared");
            self.set_off(fault);
            return true;
        };
        tracing::warn!(fault = fault.name(), %error, "the run of a fault failed");
        self.0.states.update(fault, |state| state.error = Some(error.to_string()));
        _ = outcome.try_send(Err(FaultError::Failed(error.to_string())));
        match error {
            FaultGuardError::NotCleared(_) if !self.clear_with_retries(fault).await => return false,
            FaultGuardError::NotCleared(_) => self.0.states.update(fault, |state| state.error = None),
            FaultGuardError::NotInjected(_) | FaultGuardError::Panicked(_) => {}
        }
        self.set_off(fault);
        false
    }

    /// Clears the fault, with retries. Returns false at shutdown; the journal then keeps it for the next console.
    pub(super) async fn clear_with_retries(&self, fault: Fault) -> bool {
        let retries = async {
            while let Err(error) = faults::clear(&self.0.clients, fault.injection()).await {
                let error = format!("the fault could not be cleared: {error}; retrying");
                self.0.states.update(fault, |state| state.error = Some(error));
                tokio::time::sleep(RETRY_DELAY).await;
            }
        };
        self.0.shutdown.run_until_cancelled(retries).await.is_some()
    }

    pub(super) fn set_off(&self, fault: Fault) {
        self.0.journal.remove(fault);
        self.0.states.update(fault, |state| (state.on, state.since, state.until) = (false, None, None));
    }

    /// Waits for the alert to recover, unless the console shuts down or the fault is injected again.
    async fn recover(&self, fault: Fault, run: &Run) {
        self.0.states.update(fault, |state| state.recovering = true);
        tokio::select! {
            recovered = wait_for_recovery(&self.0.clients, fault) => {
                tracing::info!(fault = fault.name(), alert = fault.alert(), recovered, "run ended");
            }
            () = run.skip_recovery.cancelled() => {}
            () = self.0.shutdown.cancelled() => {}
        }
        self.0.states.update(fault, |state| state.recovering = false);
    }
}
