//! What is told of the faults and of the load: one state, of which everyone gets the newest.

use catalog::{Fault, Selection};
use parking_lot::Mutex;
use serde::Serialize;

use crate::load::LoadState;
use crate::newest::Newest;

/// The event `faults`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Body {
    pub(crate) faults: Vec<FaultState>,
    pub(crate) load: LoadState,
}

/// A fault as the page shows it. Times are Unix milliseconds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FaultState {
    pub(crate) name: &'static str,
    pub(crate) effect: &'static str,
    pub(crate) alert: &'static str,
    pub(crate) tutorial_started: bool,
    by: By,
    /// What throws it in a shell.
    command: String,
    pub(crate) on: bool,
    /// Taken back, but its traffic still flows, until its alert has recovered.
    pub(crate) recovering: bool,
    pub(crate) since: Option<u64>,
    /// When it is taken back by itself.
    pub(crate) until: Option<u64>,
    dashboard: &'static str,
    panel: u64,
    /// Why it could not be thrown or taken back.
    pub(crate) error: Option<String>,
    /// Who else holds the lab: nothing can be thrown meanwhile.
    pub(crate) held_by: Option<String>,
}

/// Who can switch a fault.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum By {
    /// The console.
    Console,
    /// A command with Docker's socket.
    Command,
}

impl FaultState {
    fn of(fault: Fault, chosen: Selection) -> Self {
        let (dashboard, panel) = fault.panel();
        Self {
            name: fault.name(),
            effect: fault.effect(),
            alert: fault.alert(),
            tutorial_started: fault.belongs_to(chosen),
            by: if fault.injection().needs_docker() { By::Command } else { By::Console },
            command: fault.command(),
            on: false,
            recovering: false,
            since: None,
            until: None,
            dashboard,
            panel,
            error: None,
            held_by: None,
        }
    }
}

/// The one state, and those who follow it.
#[derive(Debug)]
pub(crate) struct Told {
    body: Mutex<Body>,
    pub(crate) newest: Newest<Body>,
}

impl Told {
    pub(super) fn new(chosen: Selection) -> Self {
        let faults = Fault::ALL.map(|fault| FaultState::of(fault, chosen)).to_vec();
        let body = Body { faults, load: LoadState::default() };
        let newest = Newest::default();
        newest.publish(body.clone());
        Self { body: Mutex::new(body), newest }
    }

    pub(crate) fn body(&self) -> Body {
        self.body.lock().clone()
    }

    /// A fault's own.
    pub(super) fn of(&self, fault: Fault) -> FaultState {
        self.body.lock().faults[position(fault)].clone()
    }

    /// Changes a fault's state.
    pub(super) fn set(&self, fault: Fault, change: impl FnOnce(&mut FaultState)) {
        self.change(|body| change(&mut body.faults[position(fault)]));
    }

    /// Changes all faults' states.
    pub(super) fn set_all(&self, change: impl FnMut(&mut FaultState)) {
        self.change(|body| body.faults.iter_mut().for_each(change));
    }

    /// Changes the load's state.
    pub(crate) fn set_load(&self, load: LoadState) {
        self.change(|body| body.load = load);
    }

    fn change(&self, change: impl FnOnce(&mut Body)) {
        // Published under the lock: the newest is what was changed last.
        let mut body = self.body.lock();
        change(&mut body);
        self.newest.publish(body.clone());
    }
}

/// In `Fault::ALL`, from which the list is made.
fn position(fault: Fault) -> usize {
    Fault::ALL.iter().position(|one| *one == fault).unwrap_or_default()
}
