//! The deadline that a call carries in its `grpc-timeout` header.

use std::time::Duration;

use http::{HeaderMap, HeaderName};

const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// Parses `grpc-timeout`: at most eight digits and a unit, as "gRPC over HTTP2" defines it. `None` if the header is
/// missing or invalid.
#[inline]
pub(crate) fn timeout(headers: &HeaderMap) -> Option<Duration> {
    parse(headers.get(&GRPC_TIMEOUT)?.as_bytes())
}

/// Whether a call that took `elapsed` has exceeded its timeout.
///
/// Allows for a client whose timer, with a resolution of 1 ms, started a little before the call did, and for a clock
/// that is off by up to 0.1 %.
pub(crate) fn has_passed(timeout: Duration, elapsed: Duration) -> bool {
    elapsed + elapsed / 1000 + Duration::from_millis(1) >= timeout
}

fn parse(value: &[u8]) -> Option<Duration> {
    let (unit, digits) = value.split_last()?;
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    let mut number = 0u64;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number * 10 + u64::from(digit - b'0');
    }
    Some(match unit {
        b'H' => Duration::from_secs(number * 3600),
        b'M' => Duration::from_secs(number * 60),
        b'S' => Duration::from_secs(number),
        b'm' => Duration::from_millis(number),
        b'u' => Duration::from_micros(number),
        b'n' => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeout_of(value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert("grpc-timeout", value.parse().unwrap());
        timeout(&headers)
    }

    #[test]
    fn deadline_passes_slightly_early() {
        let seconds = Duration::from_secs_f64;
        assert!(has_passed(seconds(0.02), seconds(0.0192)));
        assert!(!has_passed(seconds(0.02), seconds(0.018)));
        assert!(has_passed(seconds(3600.0), seconds(3599.9)), "early by 27 ppm");
        assert!(!has_passed(seconds(3600.0), seconds(3590.0)));
    }

    #[test]
    fn parses_every_unit() {
        assert_eq!(timeout_of("2H"), Some(Duration::from_secs(7200)));
        assert_eq!(timeout_of("3M"), Some(Duration::from_secs(180)));
        assert_eq!(timeout_of("4S"), Some(Duration::from_secs(4)));
        assert_eq!(timeout_of("5m"), Some(Duration::from_millis(5)));
        assert_eq!(timeout_of("2000000u"), Some(Duration::from_secs(2)));
        assert_eq!(timeout_of("99999999n"), Some(Duration::from_nanos(99_999_999)));
    }

    #[test]
    fn ignores_invalid_timeouts() {
        for value in ["", "S", "5", "5x", "-5S", "123456789S", "1.5S"] {
            assert_eq!(timeout_of(value), None, "{value:?}");
        }
        assert_eq!(timeout(&HeaderMap::new()), None);
    }
}
