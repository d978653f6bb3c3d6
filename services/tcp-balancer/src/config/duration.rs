//! Durations in Go's notation, which gobetween's files use.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A duration such as `500ms`, `10s` or `1m30s`, up to 584 years, with nanosecond precision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct GoDuration(pub Duration);

/// The text is not a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected a duration such as \"500ms\", \"10s\" or \"1m30s\", or \"0\"")]
pub struct DurationError;

/// Units in nanoseconds. `ms` precedes `m`: the first unit that the text begins with is taken.
const UNITS: [(&str, u64); 7] = [
    ("h", 3_600_000_000_000),
    ("ms", 1_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("ns", 1),
];

impl GoDuration {
    /// A whole number of seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// The duration as a limit: 0 is `None`, which means unlimited.
    pub fn limit(self) -> Option<Duration> {
        (!self.0.is_zero()).then_some(self.0)
    }
}

impl FromStr for GoDuration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "0" {
            return Ok(Self::default());
        }
        let nanoseconds = nanoseconds(text).filter(|_| !text.is_empty()).ok_or(DurationError)?;
        Ok(Self(Duration::from_nanos(nanoseconds)))
    }
}

/// Adds up the text's numbers with their units.
fn nanoseconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut sum = 0_u64;
    while !rest.is_empty() {
        let unit_start = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(unit_start);
        let (name, unit) = UNITS.into_iter().find(|(name, _)| tail.starts_with(name))?;
        sum = sum.checked_add(multiply(number, unit)?)?;
        rest = &tail[name.len()..];
    }
    Some(sum)
}

/// Multiplies a decimal number with a unit in exact arithmetic, and truncates to whole nanoseconds.
fn multiply(number: &str, unit: u64) -> Option<u64> {
    let (integer, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if !number.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let integer = if integer.is_empty() { 0 } else { integer.parse::<u64>().ok()? };
    let mut nanoseconds = 0;
    let mut place_value = unit;
    for digit in fraction.chars() {
        place_value /= 10;
        nanoseconds += u64::from(digit.to_digit(10)?) * place_value;
    }
    integer.checked_mul(unit)?.checked_add(nanoseconds)
}

impl fmt::Display for GoDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = u64::try_from(self.0.as_nanos()).unwrap_or(u64::MAX);
        if rest == 0 {
            return f.write_str("0");
        }
        for name in ["h", "m", "s", "ms", "us", "ns"] {
            let unit = UNITS.into_iter().find(|unit| unit.0 == name).map_or(1, |unit| unit.1);
            if rest >= unit {
                write!(f, "{}{name}", rest / unit)?;
                rest %= unit;
            }
        }
        Ok(())
    }
}

impl TryFrom<String> for GoDuration {
    type Error = DurationError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<GoDuration> for String {
    fn from(duration: GoDuration) -> Self {
        duration.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn milliseconds(text: &str) -> Option<u128> {
        text.parse::<GoDuration>().ok().map(|duration| duration.0.as_millis())
    }

    #[test]
    fn parses_go_durations() {
        for (text, expected) in
            [("0", 0), ("0s", 0), ("500ms", 500), ("10s", 10_000), ("1m30s", 90_000), ("1.5h", 5_400_000)]
        {
            assert_eq!(milliseconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn rejects_other_texts() {
        for invalid in ["", "10", "s", "-1s", "1d", "1 s", "soon", ".s", "1.2.3s", "99999999999h"] {
            assert_eq!(milliseconds(invalid), None, "{invalid}");
        }
    }

    proptest! {
        #[test]
        fn round_trips_through_text(nanoseconds in any::<u64>()) {
            let duration = GoDuration(Duration::from_nanos(nanoseconds));
            prop_assert_eq!(duration.to_string().parse(), Ok(duration));
        }

        #[test]
        fn never_panics(text in "\\PC{0,12}") {
            let _ = text.parse::<GoDuration>();
        }
    }
}
