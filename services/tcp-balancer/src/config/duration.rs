//! Durations in Go's notation, as gobetween's files have them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A duration such as `500ms`, `10s` or `1m30s`; `0` mostly means that there is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct GoDuration(pub Duration);

/// In nanoseconds; the longer of two names that begin alike comes first, in writing and in reading.
const UNITS: [(&str, u64); 7] = [
    ("h", 3_600_000_000_000),
    ("ms", 1_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("ns", 1),
];

const EXPECTED: &str = "expected a duration such as \"500ms\", \"10s\" or \"1m30s\", or \"0\"";

impl GoDuration {
    /// So many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// Nothing if it is 0.
    pub fn limit(self) -> Option<Duration> {
        (!self.0.is_zero()).then_some(self.0)
    }
}

impl FromStr for GoDuration {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "0" {
            return Ok(Self::default());
        }
        let mut rest = text;
        let mut nanoseconds = 0_u64;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or(EXPECTED)?;
            let (number, tail) = rest.split_at(digits);
            let (name, unit) = UNITS.into_iter().find(|(name, _)| tail.starts_with(name)).ok_or(EXPECTED)?;
            let part = scaled(number, unit).ok_or(EXPECTED)?;
            nanoseconds = nanoseconds.checked_add(part).ok_or(EXPECTED)?;
            rest = &tail[name.len()..];
        }
        if text.is_empty() { Err(EXPECTED) } else { Ok(Self(Duration::from_nanos(nanoseconds))) }
    }
}

/// A decimal number of units, exactly; what is below a nanosecond is dropped.
fn scaled(number: &str, unit: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if !number.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let whole = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
    let mut part = 0;
    let mut place = unit;
    for digit in fraction.chars() {
        place /= 10;
        part += u64::from(digit.to_digit(10)?) * place;
    }
    whole.checked_mul(unit)?.checked_add(part)
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
    type Error = &'static str;

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
    fn go_durations_are_read() {
        for (text, expected) in
            [("0", 0), ("0s", 0), ("500ms", 500), ("10s", 10_000), ("1m30s", 90_000), ("1.5h", 5_400_000)]
        {
            assert_eq!(milliseconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn others_are_not() {
        for wrong in ["", "10", "s", "-1s", "1d", "1 s", "soon", ".s", "1.2.3s", "99999999999h"] {
            assert_eq!(milliseconds(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_it_was(nanoseconds in any::<u64>()) {
            let duration = GoDuration(Duration::from_nanos(nanoseconds));
            prop_assert_eq!(duration.to_string().parse(), Ok(duration));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,12}") {
            let _ = text.parse::<GoDuration>();
        }
    }
}
