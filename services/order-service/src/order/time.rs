//! Timestamps, as the database stores them.

use std::time::{Duration, SystemTime};

/// Microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Time(pub(crate) i64);

const MICROS_PER_SECOND: i64 = 1_000_000;

impl Time {
    pub(crate) fn now() -> Self {
        let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        Self(micros(since))
    }

    pub(crate) fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }

    pub(crate) fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros(duration)))
    }

    /// The time from now until this timestamp; zero if it has passed.
    pub(crate) fn remaining(self) -> Duration {
        let remaining = self.0.saturating_sub(Self::now().0);
        Duration::from_micros(u64::try_from(remaining).unwrap_or_default())
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl From<Time> for prost_types::Timestamp {
    fn from(Time(micros): Time) -> Self {
        let nanos = micros.rem_euclid(MICROS_PER_SECOND) * 1_000;
        Self {
            seconds: micros.div_euclid(MICROS_PER_SECOND),
            nanos: i32::try_from(nanos).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use prost_types::Timestamp;

    use super::*;

    #[test]
    fn a_timestamp_converts_to_seconds_and_nanoseconds() {
        assert_eq!(Timestamp::from(Time(1_500_000)), Timestamp { seconds: 1, nanos: 500_000_000 });
        assert_eq!(Timestamp::from(Time(-1)), Timestamp { seconds: -1, nanos: 999_999_000 });
    }

    #[test]
    fn a_past_timestamp_has_no_remaining_time() {
        assert_eq!(Time::now().minus(Duration::from_secs(1)).remaining(), Duration::ZERO);
        assert!(Time::now().plus(Duration::from_secs(60)).remaining() > Duration::from_secs(1));
        assert_eq!(Time::now().plus(Duration::MAX), Time(i64::MAX));
    }
}
