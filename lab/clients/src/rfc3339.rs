//! Times as the lab's parts write them, in RFC 3339.

use std::time::UNIX_EPOCH;

/// Unix milliseconds; none before 1970 (Go's zero time is such) and of what is no time in UTC.
pub fn millis(text: &str) -> Option<i64> {
    let time = humantime::parse_rfc3339(text).ok()?;
    i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_cut_to_milliseconds_and_what_is_no_time_is_none() {
        assert_eq!(millis("1970-01-01T00:00:01.234567891Z"), Some(1234));
        assert_eq!(millis("2026-11-21T20:47:24Z"), Some(1_795_294_044_000));
        assert_eq!(millis("0001-01-01T00:00:00Z"), None);
        assert_eq!(millis("yesterday"), None);
    }
}
