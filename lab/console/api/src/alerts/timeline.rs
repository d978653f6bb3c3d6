//! The latest incident of an alert, pieced together from polls: its states, the fault that caused it, and its mails.
//!
//! A poll may be late. Times that Prometheus reports, and the arrival of mails, are more precise than the time of the poll.

use clients::maildev::Status;
use clients::prometheus::AlertState;
use clients::prometheus_rules::{AlertRule, RuleAlert};
use serde::Serialize;

use crate::mails::Notice;

/// What can happen in an incident, in the usual order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, ts(rename = "AlertStepKind"))]
pub(super) enum StepKind {
    /// A fault that raises the alert was injected.
    Fault,
    Pending,
    Firing,
    Mailed,
    /// The fault was cleared.
    #[serde(rename = "back")]
    Cleared,
    Resolved,
    ResolvedMail,
}

/// A step of an incident, and its time in Unix milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "AlertStep"))]
pub(super) struct Step {
    #[serde(rename = "step")]
    kind: StepKind,
    at: i64,
}

/// The state of a rule at one poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Observation {
    pub(super) state: AlertState,
    /// Since when the condition holds, in Unix milliseconds, if it holds and that is reported.
    pub(super) active_at: Option<i64>,
    /// How long the condition must hold until the alert fires.
    pub(super) hold_ms: i64,
}

/// The states of one alert, and the steps of its latest incident, each at most once. Steps of mails are added by
/// [`Timeline::steps`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Timeline {
    state: AlertState,
    since: i64,
    steps: Vec<Step>,
    /// Time of the last poll.
    polled_at: Option<i64>,
    /// Names of the injected faults.
    faults: Vec<&'static str>,
}

/// The alert of the rule that has been active longest.
pub(super) fn oldest_active(rule: &AlertRule) -> Option<&RuleAlert> {
    let active = rule.alerts.iter().filter(|alert| alert.is_active());
    active.min_by_key(|alert| alert.active_at().unwrap_or(i64::MAX))
}

impl Observation {
    pub(super) fn of(rule: &AlertRule) -> Self {
        let active_at = oldest_active(rule).and_then(RuleAlert::active_at);
        Self { state: rule.state, active_at, hold_ms: (rule.duration * 1000.0) as i64 }
    }
}

impl Timeline {
    pub(super) fn state(&self) -> AlertState {
        self.state
    }

    /// Beginning of the current state, in Unix milliseconds; the first poll for a state that began earlier.
    pub(super) fn since(&self) -> i64 {
        self.since
    }

    /// Records a poll of the rule.
    pub(super) fn observe(&mut self, now: i64, observation: Observation) {
        let previous_poll = self.polled_at.replace(now);
        let active_at = observation.active_at.unwrap_or(now).min(now);
        let was_active = self.state != AlertState::Inactive;
        let is_new_incident = previous_poll.is_some_and(|poll| active_at > poll);
        let falls_back = (self.state, observation.state) == (AlertState::Firing, AlertState::Pending);
        if was_active && (observation.state == AlertState::Inactive || is_new_incident || falls_back) {
            self.resolve(if observation.state == AlertState::Inactive {
                now
            } else {
                // Between the two polls one incident ended and another began.
                active_at.max(previous_poll.unwrap_or(active_at))
            });
        }
        match (self.state, observation.state) {
            (AlertState::Inactive, AlertState::Inactive) if previous_poll.is_none() => self.since = now,
            (AlertState::Inactive, AlertState::Pending) => self.begin(active_at),
            (AlertState::Inactive, AlertState::Firing) => {
                if observation.hold_ms > 0 {
                    self.begin(active_at);
                } else {
                    self.drop_previous_incident();
                }
                self.fire(active_at + observation.hold_ms, previous_poll, now);
            }
            (AlertState::Pending, AlertState::Firing) => {
                self.fire(active_at + observation.hold_ms, previous_poll, now);
            }
            _ => {}
        }
    }

    /// Records whether a fault that raises the alert is injected, and since when.
    pub(super) fn observe_fault(&mut self, name: &'static str, on_since: Option<i64>, now: i64) {
        let was_on = self.faults.contains(&name);
        match on_since {
            Some(since) if !was_on => {
                self.faults.push(name);
                if self.state == AlertState::Inactive {
                    self.steps.clear();
                }
                self.steps.retain(|step| step.kind != StepKind::Cleared);
                self.add(StepKind::Fault, since.min(now));
            }
            None if was_on => {
                self.faults.retain(|fault| *fault != name);
                self.add(StepKind::Cleared, now);
            }
            _ => {}
        }
    }

    /// The incident's steps in order of time, with those of its mails. `notices` are all mails about this alert.
    pub(super) fn steps(&self, notices: &[&Notice]) -> Vec<Step> {
        let mut steps = self.steps.clone();
        let arrivals = |status, after: i64| {
            let matching = notices.iter().filter(move |mail| mail.status == status && mail.at >= after);
            matching.map(|mail| mail.at)
        };
        // Earlier mails belong to an earlier incident. Some arrivals are known only to the second, rounded down.
        let began = self.at(StepKind::Pending).or_else(|| self.at(StepKind::Firing));
        if let Some(mailed) = began.and_then(|began| arrivals(Status::Firing, began - 999).min()) {
            let mailed = self.at(StepKind::Firing).map_or(mailed, |firing| mailed.max(firing));
            steps.push(Step { kind: StepKind::Mailed, at: mailed });
            let is_over = self.state == AlertState::Inactive;
            // A rule with several alerts is resolved by the mail of the last one.
            if let Some(resolved) = arrivals(Status::Resolved, mailed).max().filter(|_| is_over) {
                steps.push(Step { kind: StepKind::ResolvedMail, at: resolved });
                for step in steps.iter_mut().filter(|step| step.kind == StepKind::Resolved) {
                    step.at = step.at.min(resolved);
                }
            }
        }
        steps.sort_by_key(|step| (step.at, step.kind));
        steps
    }

    fn at(&self, kind: StepKind) -> Option<i64> {
        self.steps.iter().find(|step| step.kind == kind).map(|step| step.at)
    }

    /// Adds a step, unless the incident has one of this kind.
    fn add(&mut self, kind: StepKind, at: i64) {
        if self.at(kind).is_none() {
            self.steps.push(Step { kind, at });
        }
    }

    fn begin(&mut self, at: i64) {
        self.drop_previous_incident();
        self.add(StepKind::Pending, at);
        (self.state, self.since) = (AlertState::Pending, at);
    }

    /// The alert cannot have fired before the previous poll, which did not report it.
    fn fire(&mut self, earliest: i64, previous_poll: Option<i64>, now: i64) {
        let at = previous_poll.map_or(earliest, |poll| earliest.max(poll)).min(now);
        self.add(StepKind::Firing, at);
        (self.state, self.since) = (AlertState::Firing, at);
    }

    fn resolve(&mut self, at: i64) {
        self.add(StepKind::Resolved, at);
        (self.state, self.since) = (AlertState::Inactive, at);
    }

    /// Keeps a fault that has not made the alert fire yet: it is the cause of the new incident.
    fn drop_previous_incident(&mut self) {
        if self.at(StepKind::Firing).is_some() || self.at(StepKind::Fault).is_none() {
            self.steps.clear();
        }
        self.steps.retain(|step| !matches!(step.kind, StepKind::Pending | StepKind::Resolved));
    }
}

#[cfg(test)]
mod tests;
