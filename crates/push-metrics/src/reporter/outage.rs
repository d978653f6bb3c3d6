//! A period in which InfluxDB does not accept points.

use crate::client::Retry;
use crate::failure::Failure;

/// Logs an outage: each cause once, and the end.
#[derive(Debug, Default)]
pub(super) struct Outage {
    /// Causes that are logged.
    causes: Vec<Failure>,
    attempts: u64,
}

impl Outage {
    /// Counts a failed attempt.
    pub(super) fn record(&mut self, Retry { failure, reason, .. }: &Retry) {
        self.attempts += 1;
        if !self.causes.contains(failure) {
            self.causes.push(*failure);
            tracing::warn!(reason, "InfluxDB does not accept points, queueing them");
        }
    }

    /// Notes that InfluxDB accepts points.
    pub(super) fn end(&mut self) {
        if self.attempts > 0 {
            tracing::info!(failed_attempts = self.attempts, "InfluxDB accepts points again");
            *self = Self::default();
        }
    }
}
