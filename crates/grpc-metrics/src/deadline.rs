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
