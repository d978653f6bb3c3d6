//! The published state of every fault.

use catalog::{Fault, Selection};
use parking_lot::Mutex;
use serde::Serialize;

use crate::feed::Feed;

/// A fault as the pages show it. Times are Unix milliseconds.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct FaultState {
    pub(crate) name: &'static str,
    effect: &'static str,
    pub(crate) alert: &'static str,
    tutorial_started: bool,
    by: InjectedBy,
    /// The shell command that injects it.
    command: String,
    pub(crate) on: bool,
    /// Cleared, with its traffic still running until its alert has recovered.
    pub(super) recovering: bool,
    pub(crate) since: Option<u64>,
    /// When it is cleared automatically.
    pub(super) until: Option<u64>,
    dashboard: &'static str,
    panel: u64,
    /// Why it could not be injected or cleared.
    pub(super) error: Option<String>,
    /// Another holder of the lab's lock, which prevents faults from being injected.
    pub(super) held_by: Option<String>,
    /// Since when it holds the lock.
    pub(super) held_since: Option<u64>,
}

/// Who can inject a fault.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
enum InjectedBy {
    Console,
    /// `make alert`, which has Docker's socket.
    Command,
}

impl FaultState {
    fn new(fault: Fault, selection: Selection) -> Self {
        let (dashboard, panel) = fault.panel();
        Self {
            name: fault.name(),
            effect: fault.effect(),
            alert: fault.alert(),
            tutorial_started: fault.belongs_to(selection),
            by: if fault.injection().needs_docker() { InjectedBy::Command } else { InjectedBy::Console },
            command: fault.command(),
            on: false,
            recovering: false,
            since: None,
            until: None,
            dashboard,
            panel,
            error: None,
            held_by: None,
            held_since: None,
        }
    }
}

/// The states in the order of `Fault::ALL`.
#[derive(Debug)]
pub(super) struct FaultStates {
    states: Mutex<Vec<FaultState>>,
    pub(super) feed: Feed<Vec<FaultState>>,
}

impl FaultStates {
    pub(super) fn new(selection: Selection) -> Self {
        let states = Fault::ALL.map(|fault| FaultState::new(fault, selection)).to_vec();
        let feed = Feed::default();
        feed.publish(states.clone());
        Self { states: Mutex::new(states), feed }
    }

    pub(super) fn all(&self) -> Vec<FaultState> {
        self.states.lock().clone()
    }

    pub(super) fn of(&self, fault: Fault) -> FaultState {
        self.states.lock()[position(fault)].clone()
    }

    pub(super) fn update(&self, fault: Fault, update: impl FnOnce(&mut FaultState)) {
        self.publish(|states| update(&mut states[position(fault)]));
    }

    pub(super) fn update_all(&self, update: impl FnMut(&mut FaultState)) {
        self.publish(|states| states.iter_mut().for_each(update));
    }

    fn publish(&self, update: impl FnOnce(&mut Vec<FaultState>)) {
        // Publishing under the lock keeps snapshots in the order of the updates.
        let mut states = self.states.lock();
        update(&mut states);
        self.feed.publish(states.clone());
    }
}

fn position(fault: Fault) -> usize {
    Fault::ALL.iter().position(|one| *one == fault).unwrap_or_default()
}
