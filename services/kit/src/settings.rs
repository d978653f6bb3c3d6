//! Parsers of flags and environment variables, for clap's `value_parser`. Their errors name the expected format.

use std::net::IpAddr;
use std::time::Duration;

use thiserror::Error;

/// A value in an unexpected format. clap prints the flag and the value before the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected {expected}")]
pub struct InvalidValue {
    expected: &'static str,
}

/// A port to listen on; 0 lets the kernel choose a free one.
///
/// # Errors
///
/// If the value is not a whole number from 0 to 65535.
pub fn port(value: &str) -> Result<u16, InvalidValue> {
    value.parse().map_err(|_| InvalidValue { expected: "a port, 0 to 65535" })
}

/// A duration such as `5s` or `500ms`.
///
/// # Errors
///
/// If the value has no unit or is negative.
pub fn duration(value: &str) -> Result<Duration, InvalidValue> {
    humantime::parse_duration(value).map_err(|_| InvalidValue { expected: "a duration, such as 5s or 500ms" })
}

/// A duration above 0, such as `5s` or `500ms`.
///
/// # Errors
///
/// If the value has no unit, is negative, or is 0.
pub fn timeout(value: &str) -> Result<Duration, InvalidValue> {
    let expected = "a duration above 0, such as 5s or 500ms";
    duration(value).ok().filter(|timeout| !timeout.is_zero()).ok_or(InvalidValue { expected })
}

/// The address of an interface, IPv4 or IPv6 without brackets.
///
/// # Errors
///
/// If the value is not an IP address.
pub fn ip_address(value: &str) -> Result<IpAddr, InvalidValue> {
    value.parse().map_err(|_| InvalidValue { expected: "an IP address, such as 127.0.0.1, 0.0.0.0 or ::" })
}

/// A size in bytes, such as `16MiB`, `64KiB` or `1000`.
///
/// # Errors
///
/// If the value is 0 or above 4095 MiB: gRPC and HTTP/2 encode sizes in 32 bits.
pub fn size(value: &str) -> Result<usize, InvalidValue> {
    let (digits, factor) = match value.strip_suffix("KiB") {
        Some(digits) => (digits, 1 << 10),
        None => value.strip_suffix("MiB").map_or((value, 1), |digits| (digits, 1 << 20)),
    };
    let fits = |size: &usize| *size > 0 && u32::try_from(*size).is_ok();
    digits
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .filter(fits)
        .ok_or(InvalidValue { expected: "a size from 1 byte to 4095MiB, such as 16MiB, 64KiB or 1000" })
}

/// The address at which the user's browser reaches a service, without a trailing `/`; empty if the variable is set to
/// nothing.
#[derive(Clone, Debug)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// The address; `None` if it is empty.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|url| !url.is_empty())
    }
}

/// An address such as `http://127.0.0.1:3000`, or an empty string.
///
/// # Errors
///
/// If the scheme is neither `http` nor `https`, or the host is missing.
pub fn base_url(value: &str) -> Result<BaseUrl, InvalidValue> {
    let address = value.trim_end_matches('/');
    let valid = match address.split_once("://") {
        Some(("http" | "https", rest)) => !rest.is_empty() && !rest.contains(char::is_whitespace),
        _ => value.is_empty(),
    };
    valid
        .then(|| BaseUrl(address.to_owned()))
        .ok_or(InvalidValue { expected: "an address such as http://127.0.0.1:3000" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_url_strips_the_trailing_slash_and_may_be_empty() {
        let parse = |value| base_url(value).unwrap().url().map(str::to_owned);
        assert_eq!(parse("http://127.0.0.1:3000/").as_deref(), Some("http://127.0.0.1:3000"));
        assert_eq!(parse(""), None);
        for invalid in ["jaeger:16686", "javascript://x", "http://", "/", "http://a b"] {
            assert!(base_url(invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn port_accepts_0_to_65535() {
        assert_eq!((port("0"), port("65535")), (Ok(0), Ok(65535)));
        for invalid in ["", "-1", "65536", "http"] {
            assert!(port(invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn size_accepts_binary_units() {
        assert_eq!(size("1000"), Ok(1000));
        assert_eq!(size("64KiB"), Ok(65_536));
        assert_eq!(size("16MiB"), Ok(16_777_216));
        for invalid in ["", "0", "-1", "1GB", "MiB", "4096MiB", "99999999999999999999"] {
            assert!(size(invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn duration_requires_a_unit() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        for invalid in ["", "5", "-5s", "soon"] {
            assert!(duration(invalid).is_err(), "{invalid}");
        }
    }
}
