//! When what happened, in seconds since the fault.

use std::time::Duration;

use clients::{
    maildev::{Mail, Status},
    prometheus::{Alert, AlertState},
};

use crate::alert::mail;

/// A step of the round, in the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The fault is thrown: second 0.
    Fault,
    /// Prometheus sees the condition.
    Pending,
    /// Prometheus sends the alert.
    Firing,
    /// The mail is in the mailbox.
    Mail,
    /// The fault is taken back.
    Back,
    /// The resolved mail is in the mailbox.
    Resolved,
}

impl Event {
    const ALL: [Self; 6] = [Self::Fault, Self::Pending, Self::Firing, Self::Mail, Self::Back, Self::Resolved];

    fn name(self) -> &'static str {
        match self {
            Self::Fault => "fault",
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::Mail => "mail",
            Self::Back => "back",
            Self::Resolved => "resolved mail",
        }
    }
}

/// The first time of each event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    times: [Option<Duration>; 6],
}

impl Timeline {
    /// When it happened, if it did.
    pub fn time(&self, event: Event) -> Option<Duration> {
        self.times[event as usize]
    }

    /// Notes that it happened. Only the first time counts, and gives its line.
    pub fn note(&mut self, event: Event, at: Duration) -> Option<String> {
        let time = &mut self.times[event as usize];
        if time.is_some() {
            return None;
        }
        *time = Some(at);
        Some(line(event, &seconds(at)))
    }

    /// Notes what a look at Prometheus and at the new mails shows, and gives the lines of what is new.
    pub fn observe(&mut self, name: &str, at: Duration, alerts: &[Alert], mails: &[Mail]) -> Vec<String> {
        let alerts = alerts.iter().filter(|alert| alert.name() == name);
        let alerts = alerts.filter_map(|alert| match alert.state {
            AlertState::Inactive => None,
            AlertState::Pending => Some(Event::Pending),
            AlertState::Firing => Some(Event::Firing),
        });
        let mails = mails.iter().filter_map(|mail| mail::status(mail, name)).map(|status| match status {
            Status::Firing => Event::Mail,
            Status::Resolved => Event::Resolved,
        });
        alerts.chain(mails).filter_map(|event| self.note(event, at)).collect()
    }

    /// A line for each event that was not seen.
    pub fn gaps(&self) -> Vec<String> {
        let gaps = Event::ALL.into_iter().filter(|event| self.time(*event).is_none());
        gaps.map(|event| line(event, "-")).collect()
    }

    /// How long a mail took from its cause, for a person.
    pub fn evidence(&self, event: Event) -> Result<String, String> {
        let (cause, since) = match event {
            Event::Resolved => (Event::Back, "taking back"),
            _ => (Event::Fault, "the fault"),
        };
        match (self.time(cause), self.time(event)) {
            (Some(cause), Some(at)) => Ok(format!("{} after {since}", seconds(at.saturating_sub(cause)))),
            _ => Err(format!("no {}", event.name())),
        }
    }
}

fn line(event: Event, time: &str) -> String {
    format!("  {:<14}{time:>8}", event.name())
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
    fn the_first_time_of_each_event_counts() {
        let mut timeline = Timeline::default();
        timeline.note(Event::Fault, Duration::ZERO);
        timeline.observe("A", at(1000), &[alert("A", "pending"), alert("B", "firing")], &[]);
        timeline.observe("A", at(2000), &[alert("A", "firing")], &[mail("[FIRING] B now")]);
        timeline.observe("A", at(2500), &[alert("A", "firing")], &[mail("[FIRING] A now")]);
        timeline.observe("A", at(2600), &[alert("A", "firing")], &[mail("[FIRING] A now")]);
        timeline.note(Event::Back, at(2700));
        assert_eq!(timeline.time(Event::Pending), Some(at(1000)));
        assert_eq!(timeline.time(Event::Firing), Some(at(2000)));
        assert_eq!(timeline.time(Event::Mail), Some(at(2500)));
        assert_eq!(timeline.time(Event::Resolved), None);
        assert_eq!(timeline.evidence(Event::Mail).unwrap(), "2.5 s after the fault");
        assert_eq!(timeline.evidence(Event::Resolved).unwrap_err(), "no resolved mail");
        timeline.observe("A", at(6700), &[], &[mail("[RESOLVED] A now")]);
        assert_eq!(timeline.evidence(Event::Resolved).unwrap(), "4.0 s after taking back");
    }

    #[test]
    fn an_event_gives_its_line_once_and_the_gaps_are_told() {
        let mut timeline = Timeline::default();
        assert_eq!(timeline.note(Event::Fault, Duration::ZERO).unwrap(), "  fault            0.0 s");
        let firing = [alert("A", "firing")];
        assert_eq!(timeline.observe("A", at(1240), &firing, &[]), ["  firing           1.2 s"]);
        assert!(timeline.observe("A", at(1300), &firing, &[]).is_empty());
        assert_eq!(timeline.gaps().len(), 4);
        assert_eq!(timeline.gaps()[0], "  pending              -");
    }
}
