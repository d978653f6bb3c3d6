//! What the headers of a gRPC request say, by "gRPC over HTTP2".

use std::time::Duration;

use http::{HeaderMap, HeaderName, header};
use thiserror::Error;

const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// The value of `grpc-timeout` is not a number of at most eight digits and a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("grpc-timeout is not a number of at most eight digits and a unit")]
pub struct InvalidTimeout;

/// Whether a content type is that of gRPC: `application/grpc`, alone or before `+` or `;`. As in Go's library,
/// `application/grpc-web` is not, and the comparison is case-sensitive.
#[inline]
pub fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get_all(header::CONTENT_TYPE).iter().any(|value| {
        let subtype = value.as_bytes().strip_prefix(b"application/grpc");
        subtype.is_some_and(|subtype| matches!(subtype, [] | [b'+' | b';', ..]))
    })
}

/// The timeout in `grpc-timeout`, or `None` without that header.
///
/// # Errors
///
/// If the value is malformed.
#[inline]
pub fn timeout(headers: &HeaderMap) -> Result<Option<Duration>, InvalidTimeout> {
    headers.get(&GRPC_TIMEOUT).map(|value| parse(value.as_bytes()).ok_or(InvalidTimeout)).transpose()
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

    fn timeout_of(value: &str) -> Result<Option<Duration>, InvalidTimeout> {
        timeout(&HeaderMap::from_iter([(GRPC_TIMEOUT, value.parse().unwrap())]))
    }

    #[test]
    fn accepts_the_content_types_that_grpc_go_accepts() {
        let is_grpc =
            |value: &str| is_grpc(&HeaderMap::from_iter([(header::CONTENT_TYPE, value.parse().unwrap())]));
        for valid in [
            "application/grpc",
            "application/grpc+proto",
            "application/grpc+",
            "application/grpc;",
            "application/grpc; charset=utf-8",
            "application/grpc;proto",
        ] {
            assert!(is_grpc(valid), "{valid}");
        }
        for invalid in [
            "",
            "application/grpcfoo",
            "application/grpc-web",
            "application/grpc-web+proto",
            "application/grpc ",
            "application/grpc, application/grpc",
            "Application/gRPC",
            "application/json",
            "text/plain; application/grpc",
        ] {
            assert!(!is_grpc(invalid), "{invalid}");
        }
    }

    #[test]
    fn parses_every_unit() {
        assert_eq!(timeout_of("2H"), Ok(Some(Duration::from_secs(7200))));
        assert_eq!(timeout_of("3M"), Ok(Some(Duration::from_secs(180))));
        assert_eq!(timeout_of("4S"), Ok(Some(Duration::from_secs(4))));
        assert_eq!(timeout_of("5m"), Ok(Some(Duration::from_millis(5))));
        assert_eq!(timeout_of("2000000u"), Ok(Some(Duration::from_secs(2))));
        assert_eq!(timeout_of("99999999n"), Ok(Some(Duration::from_nanos(99_999_999))));
    }

    #[test]
    fn rejects_malformed_timeouts() {
        for value in ["", "S", "5", "5x", "-5S", "123456789S", "1.5S", "+5S", " 5S"] {
            assert_eq!(timeout_of(value), Err(InvalidTimeout), "{value:?}");
        }
        assert_eq!(timeout(&HeaderMap::new()), Ok(None));
    }
}
