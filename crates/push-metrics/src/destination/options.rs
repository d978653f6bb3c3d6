//! Parameters of a write.

use std::time::Duration;

/// How many nodes of an InfluxDB Enterprise cluster must have stored a point before a write succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// Any node, even if it only keeps the point for the responsible one.
    Any,
    /// One responsible node.
    One,
    /// The majority of the responsible nodes.
    Quorum,
    /// All responsible nodes.
    All,
}

impl Consistency {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::One => "one",
            Self::Quorum => "quorum",
            Self::All => "all",
        }
    }
}

/// The unit of timestamps. A coarse unit makes InfluxDB's files smaller; the interval between two pushes must be at least
/// one unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// Nanoseconds.
    #[default]
    Nanoseconds,
    /// Microseconds.
    Microseconds,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Minutes; InfluxDB 1.x only.
    Minutes,
    /// Hours; InfluxDB 1.x only.
    Hours,
}

impl Precision {
    /// The duration of one unit.
    #[must_use]
    pub fn unit(self) -> Duration {
        match self {
            Self::Nanoseconds => Duration::from_nanos(1),
            Self::Microseconds => Duration::from_micros(1),
            Self::Milliseconds => Duration::from_millis(1),
            Self::Seconds => Duration::from_secs(1),
            Self::Minutes => Duration::from_secs(60),
            Self::Hours => Duration::from_secs(3600),
        }
    }

    /// The parameter of the API of 1.x.
    pub(super) fn v1(self) -> &'static str {
        match self {
            Self::Nanoseconds => "n",
            Self::Microseconds => "u",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::Minutes => "m",
            Self::Hours => "h",
        }
    }

    /// The parameter of the API of 2.x, which has no minutes and hours.
    pub(super) fn v2(self) -> Option<&'static str> {
        match self {
            Self::Nanoseconds => Some("ns"),
            Self::Microseconds => Some("us"),
            Self::Milliseconds => Some("ms"),
            Self::Seconds => Some("s"),
            Self::Minutes | Self::Hours => None,
        }
    }
}
