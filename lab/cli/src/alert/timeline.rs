//! The times of a round trip's steps since the injection of the fault.

use std::time::Duration;

use clients::{
    maildev::{Mail, Status},
    prometheus::{Alert, AlertState},
};

use crate::{alert::mail, table::Failure};

/// A step of a round trip, in chronological order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The fault is injected.
    Injected,
    /// The alert is pending.
    Pending,
    /// The alert fires.
    Firing,
    /// The firing mail has arrived.
    FiringMail,
    /// The fault is cleared.
    Cleared,
    /// The resolved mail has arrived.
    ResolvedMail,
}

impl Step {
    const ALL: [Self; 6] =
        [Self::Injected, Self::Pending, Self::Firing, Self::FiringMail, Self::Cleared, Self::ResolvedMail];

    fn name(self) -> &'static str {
        match self {
            Self::Injected => "fault",
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::FiringMail => "mail",
            Self::Cleared => "cleared",
            Self::ResolvedMail => "resolved mail",
        }
    }
}

/// The first time of each step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    times: [Option<Duration>; 6],
}

impl Timeline {
    /// The time of a step, if it has happened.
    pub fn time(&self, step: Step) -> Option<Duration> {
        self.times[step as usize]
    }

    /// Records a step. Returns its line the first time, and ignores later times.
    pub fn record(&mut self, step: Step, at: Duration) -> Option<String> {
        let time = &mut self.times[step as usize];
        if time.is_some() {
            return None;
        }
        *time = Some(at);
        Some(line(step, &seconds(at)))
    }

    /// Records the steps that alerts and mails show; returns the lines of new steps.
    pub fn observe(&mut self, name: &str, at: Duration, alerts: &[Alert], mails: &[Mail]) -> Vec<String> {
        let alerts = alerts.iter().filter(|alert| alert.name() == name);
        let alerts = alerts.filter_map(|alert| match alert.state {
            AlertState::Inactive => None,
            AlertState::Pending => Some(Step::Pending),
            AlertState::Firing => Some(Step::Firing),
        });
        let mails = mails.iter().filter_map(|mail| mail::status(mail, name)).map(|status| match status {
            Status::Firing => Step::FiringMail,
            Status::Resolved => Step::ResolvedMail,
        });
        alerts.chain(mails).filter_map(|step| self.record(step, at)).collect()
    }

    /// The lines of the steps that have not happened.
    pub fn missing(&self) -> Vec<String> {
        let missing = Step::ALL.into_iter().filter(|step| self.time(*step).is_none());
        missing.map(|step| line(step, "-")).collect()
    }

    /// The time from the injection to the firing mail, or from the clearing to the resolved mail.
    ///
    /// # Errors
    ///
    /// Returns an error if the mail has not arrived.
    pub fn evidence(&self, mail: Step) -> Result<String, Failure> {
        let (cause, since) = match mail {
            Step::ResolvedMail => (Step::Cleared, "clearing it"),
            _ => (Step::Injected, "the fault"),
        };
        match (self.time(cause), self.time(mail)) {
            (Some(cause), Some(at)) => Ok(format!("{} after {since}", seconds(at.saturating_sub(cause)))),
            _ => Err(format!("no {}", mail.name()).into()),
        }
    }
}

fn line(step: Step, time: &str) -> String {
    format!("  {:<14}{time:>8}", step.name())
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(name: &str, state: &str) -> Alert {
        serde_json::from_value(serde_json::json!({"labels": {"alertname": name}, "state": state})).unwrap()
    }

    fn mail(subject: &str) -> Mail {
        serde_json::from_value(serde_json::json!({"id": "1", "subject": subject})).unwrap()
    }

    const fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn the_first_time_of_each_step_counts() {
        let mut timeline = Timeline::default();
        timeline.record(Step::Injected, Duration::ZERO);
        timeline.observe("A", at(1000), &[alert("A", "pending"), alert("B", "firing")], &[]);
        timeline.observe("A", at(2000), &[alert("A", "firing")], &[mail("[FIRING] B now")]);
        timeline.observe("A", at(2500), &[alert("A", "firing")], &[mail("[FIRING] A now")]);
        timeline.observe("A", at(2600), &[alert("A", "firing")], &[mail("[FIRING] A now")]);
        timeline.record(Step::Cleared, at(2700));
        assert_eq!(timeline.time(Step::Pending), Some(at(1000)));
        assert_eq!(timeline.time(Step::Firing), Some(at(2000)));
        assert_eq!(timeline.time(Step::FiringMail), Some(at(2500)));
        assert_eq!(timeline.time(Step::ResolvedMail), None);
        assert_eq!(timeline.evidence(Step::FiringMail).unwrap(), "2.5 s after the fault");
        assert_eq!(timeline.evidence(Step::ResolvedMail).unwrap_err().to_string(), "no resolved mail");
        timeline.observe("A", at(6700), &[], &[mail("[RESOLVED] A now")]);
        assert_eq!(timeline.evidence(Step::ResolvedMail).unwrap(), "4.0 s after clearing it");
    }

    #[test]
    fn a_step_has_one_line_and_missing_steps_are_listed() {
        let mut timeline = Timeline::default();
        assert_eq!(timeline.record(Step::Injected, Duration::ZERO).unwrap(), "  fault            0.0 s");
        let firing = [alert("A", "firing")];
        assert_eq!(timeline.observe("A", at(1240), &firing, &[]), ["  firing           1.2 s"]);
        assert!(timeline.observe("A", at(1300), &firing, &[]).is_empty());
        assert_eq!(timeline.missing().len(), 4);
        assert_eq!(timeline.missing()[0], "  pending              -");
    }
}
