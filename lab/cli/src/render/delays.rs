//! When a group's mails are sent: at once to the lab's own mailbox, and to another one as a mail provider expects.

use super::smtp::Smtp;

/// The delays of a group's mails, as durations of Alertmanager.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delays {
    /// Of the first mail.
    wait: &'static str,
    /// Of a change: more alerts, or resolved.
    interval: &'static str,
    /// Of a mail that is repeated.
    repeat: &'static str,
}

/// With few logins if mails fail.
const PROVIDER: Delays = Delays { wait: "30s", interval: "5m", repeat: "4h" };

impl Delays {
    /// Alertmanager's.
    pub(super) fn of_alertmanager(smtp: &Smtp) -> Self {
        if smtp.is_own_mailbox() { Self { wait: "0s", interval: "1s", repeat: "4h" } } else { PROVIDER }
    }

    /// Grafana's, which evaluates its rules every 10 s.
    pub(super) fn of_grafana(smtp: &Smtp) -> Self {
        if smtp.is_own_mailbox() { Self { wait: "0s", interval: "10s", repeat: "4h" } } else { PROVIDER }
    }

    /// The templates' placeholders with their values.
    pub(super) fn placeholders(self) -> Vec<(&'static str, String)> {
        [("@GROUP_WAIT@", self.wait), ("@GROUP_INTERVAL@", self.interval), ("@REPEAT_INTERVAL@", self.repeat)]
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec()
    }
}
