//! The deadline that a call carries on the wire, in its `grpc-timeout` header.

use std::time::Duration;

use http::{HeaderMap, HeaderName};

const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// Reads `grpc-timeout`: at most eight digits and a unit, as gRPC over HTTP/2 has it. `None` if
/// the call carries no deadline, or one that cannot be read.
#[inline]
pub(crate) fn of_headers(headers: &HeaderMap) -> Option<Duration> {
    read(headers.get(&GRPC_TIMEOUT)?.as_bytes())
}

/// Whether a deadline is over for a call that has taken so long.
///
/// A timer of the caller's starts a little before the call does, and is exact to a millisecond; the
/// clock that times calls may be wrong by some millionths.
pub(crate) fn is_over(deadline: Duration, elapsed: Duration) -> bool {
    elapsed + elapsed / 1000 + Duration::from_millis(1) >= deadline
}

fn read(value: &[u8]) -> Option<Duration> {
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

    fn of_header(value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert("grpc-timeout", value.parse().unwrap());
        of_headers(&headers)
    }

    #[test]
    fn a_deadline_is_over_a_little_before_its_time() {
        let seconds = Duration::from_secs_f64;
        assert!(is_over(seconds(0.02), seconds(0.0192)));
        assert!(!is_over(seconds(0.02), seconds(0.018)));
        assert!(is_over(seconds(3600.0), seconds(3599.9)), "27 millionths");
        assert!(!is_over(seconds(3600.0), seconds(3590.0)));
    }

    #[test]
    fn every_unit_is_read() {
        assert_eq!(of_header("2H"), Some(Duration::from_secs(7200)));
        assert_eq!(of_header("3M"), Some(Duration::from_secs(180)));
        assert_eq!(of_header("4S"), Some(Duration::from_secs(4)));
        assert_eq!(of_header("5m"), Some(Duration::from_millis(5)));
        assert_eq!(of_header("2000000u"), Some(Duration::from_secs(2)));
        assert_eq!(of_header("99999999n"), Some(Duration::from_nanos(99_999_999)));
    }

    #[test]
    fn what_cannot_be_read_is_no_deadline() {
        for value in ["", "S", "5", "5x", "-5S", "123456789S", "1.5S"] {
            assert_eq!(of_header(value), None, "{value:?}");
        }
        assert_eq!(of_headers(&HeaderMap::new()), None);
    }
}
