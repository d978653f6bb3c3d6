//! An alert's newest round as it is seen from look to look: its states, the fault that caused it, its mails.
//!
//! A look may come late. The times that Prometheus tells, and the mails, say more than the moment of the look.

use clients::maildev::Status;
use serde::Serialize;

use crate::mails::Told;

/// How an alert stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Standing {
    #[default]
    Inactive,
    Pending,
    Firing,
}

/// What can happen in a round, in the order in which it mostly does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Event {
    Fault,
    Pending,
    Firing,
    Mailed,
    Back,
    Resolved,
    ResolvedMail,
}

/// Something that happened, and when, in Unix milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Step {
    #[serde(rename = "step")]
    pub(super) event: Event,
    pub(super) at: i64,
}

/// What a look shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) standing: Standing,
    /// Since when the condition holds, if it does and that is told.
    pub(super) active_at: Option<i64>,
    /// How long it must hold until the alert fires, in milliseconds.
    pub(super) hold: i64,
}

/// Each event is in it once at most; mails are told apart, for the mailbox remembers them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Timeline {
    standing: Standing,
    since: i64,
    steps: Vec<Step>,
    /// When it was last looked at.
    looked: Option<i64>,
    /// Names of the faults that are on.
    faults: Vec<&'static str>,
}

impl Timeline {
    pub(super) fn standing(&self) -> Standing {
        self.standing
    }

    /// When it began to stand so, as far as that is known.
    pub(super) fn since(&self) -> i64 {
        self.since
    }

    /// Notes a look at its rule.
    pub(super) fn observe(&mut self, now: i64, seen: Seen) {
        let before = self.looked.replace(now);
        let begun = seen.active_at.unwrap_or(now).min(now);
        let was_active = self.standing != Standing::Inactive;
        let anew = before.is_some_and(|before| begun > before);
        let falls_back = (self.standing, seen.standing) == (Standing::Firing, Standing::Pending);
        if was_active && (seen.standing == Standing::Inactive || anew || falls_back) {
            // Between two looks it ended and began again, if it is active still.
            self.end(if seen.standing == Standing::Inactive {
                now
            } else {
                begun.max(before.unwrap_or(begun))
            });
        }
        match (self.standing, seen.standing) {
            (Standing::Inactive, Standing::Inactive) if before.is_none() => self.since = now,
            (Standing::Inactive, Standing::Pending) => self.begin(begun),
            (Standing::Inactive, Standing::Firing) => {
                if seen.hold > 0 {
                    self.begin(begun);
                } else {
                    self.forget_last_round();
                }
                self.fire(begun + seen.hold, before, now);
            }
            (Standing::Pending, Standing::Firing) => self.fire(begun + seen.hold, before, now),
            _ => {}
        }
    }

    /// Notes whether a fault that raises it is on, and since when.
    pub(super) fn fault(&mut self, name: &'static str, on_since: Option<i64>, now: i64) {
        let was_on = self.faults.contains(&name);
        match on_since {
            Some(since) if !was_on => {
                self.faults.push(name);
                if self.standing == Standing::Inactive {
                    self.steps.clear();
                }
                self.steps.retain(|step| step.event != Event::Back);
                self.note(Event::Fault, since.min(now));
            }
            None if was_on => {
                self.faults.retain(|fault| *fault != name);
                self.note(Event::Back, now);
            }
            _ => {}
        }
    }

    /// The round's steps in order of time, with its mails among `mails`, which are this alert's.
    pub(super) fn steps(&self, mails: &[&Told]) -> Vec<Step> {
        let mut steps = self.steps.clone();
        let came = |wanted, after: i64| {
            mails.iter().filter(move |mail| mail.status == wanted && mail.at >= after).map(|mail| mail.at)
        };
        // What is mailed before the round's condition held was another round's. Of some mails only the second is known.
        let began = self.at(Event::Pending).or_else(|| self.at(Event::Firing));
        if let Some(mailed) = began.and_then(|began| came(Status::Firing, began - 999).min()) {
            let mailed = self.at(Event::Firing).map_or(mailed, |firing| mailed.max(firing));
            steps.push(Step { event: Event::Mailed, at: mailed });
            let over = self.standing == Standing::Inactive;
            // With several alerts of one rule the last one's end counts.
            if let Some(resolved) = came(Status::Resolved, mailed).max().filter(|_| over) {
                steps.push(Step { event: Event::ResolvedMail, at: resolved });
                for step in steps.iter_mut().filter(|step| step.event == Event::Resolved) {
                    step.at = step.at.min(resolved);
                }
            }
        }
        steps.sort_by_key(|step| (step.at, step.event));
        steps
    }

    fn at(&self, event: Event) -> Option<i64> {
        self.steps.iter().find(|step| step.event == event).map(|step| step.at)
    }

    /// Only the first time counts.
    fn note(&mut self, event: Event, at: i64) {
        if self.at(event).is_none() {
            self.steps.push(Step { event, at });
        }
    }

    fn begin(&mut self, at: i64) {
        self.forget_last_round();
        self.note(Event::Pending, at);
        (self.standing, self.since) = (Standing::Pending, at);
    }

    /// It cannot have fired before the last look, which did not show it.
    fn fire(&mut self, earliest: i64, before: Option<i64>, now: i64) {
        let at = before.map_or(earliest, |before| earliest.max(before)).min(now);
        self.note(Event::Firing, at);
        (self.standing, self.since) = (Standing::Firing, at);
    }

    fn end(&mut self, at: i64) {
        self.note(Event::Resolved, at);
        (self.standing, self.since) = (Standing::Inactive, at);
    }

    /// A new round keeps a fault that has not made the alert fire yet: it is the cause.
    fn forget_last_round(&mut self) {
        if self.at(Event::Firing).is_some() || self.at(Event::Fault).is_none() {
            self.steps.clear();
        }
        self.steps.retain(|step| !matches!(step.event, Event::Pending | Event::Resolved));
    }
}

#[cfg(test)]
mod tests;
