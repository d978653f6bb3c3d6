//! Unix times: the current one, and those in RFC 3339.

use std::time::{SystemTime, UNIX_EPOCH};

/// The current time in Unix seconds.
pub fn unix_now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Parses an RFC 3339 time in UTC to Unix milliseconds, rounded down; `None` before 1970 (such as Go's zero time) and for
/// invalid text.
pub fn unix_millis(text: &str) -> Option<i64> {
    let time = humantime::parse_rfc3339(text).ok()?;
    i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_down_to_milliseconds_and_invalid_ones_are_none() {
        assert_eq!(unix_millis("1970-01-01T00:00:01.234567891Z"), Some(1234));
        assert_eq!(unix_millis("2026-11-21T20:47:24Z"), Some(1_795_294_044_000));
        assert_eq!(unix_millis("0001-01-01T00:00:00Z"), None);
        assert_eq!(unix_millis("yesterday"), None);
    }
}
