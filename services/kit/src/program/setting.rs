//! Values of flags and environment variables, for clap's `value_parser`: what is wrong is answered with what is expected.

use std::time::Duration;

/// A port to listen on; 0 is any free one.
///
/// # Errors
///
/// If it is no port.
pub fn port(value: &str) -> Result<u16, &'static str> {
    value.parse().map_err(|_| "expected a port, 0 to 65535")
}

/// A time such as `5s` or `500ms`.
///
/// # Errors
///
/// If it is none.
pub fn duration(value: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(value).map_err(|_| "expected a duration, such as 5s or 500ms")
}

/// The address of a part as the reader's browser knows it; without `/` at its end, empty if the variable is set to nothing.
#[derive(Clone, Debug)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// The address, unless it is empty.
    #[must_use]
    pub fn given(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|url| !url.is_empty())
    }
}

/// An address such as `http://127.0.0.1:3000`, or nothing.
///
/// # Errors
///
/// If it is of another scheme, or has no host.
pub fn base_url(text: &str) -> Result<BaseUrl, &'static str> {
    let address = text.trim_end_matches('/');
    let right = match address.split_once("://") {
        Some(("http" | "https", rest)) => !rest.is_empty() && !rest.contains(char::is_whitespace),
        _ => text.is_empty(),
    };
    right.then(|| BaseUrl(address.to_owned())).ok_or("expected an address such as http://127.0.0.1:3000")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_their_last_slash_and_may_be_empty() {
        let given = |text| base_url(text).unwrap().given().map(str::to_owned);
        assert_eq!(given("http://127.0.0.1:3000/").as_deref(), Some("http://127.0.0.1:3000"));
        assert_eq!(given(""), None);
        for wrong in ["jaeger:16686", "javascript://x", "http://", "/", "http://a b"] {
            assert!(base_url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn ports_end_at_65535() {
        assert_eq!((port("0"), port("65535")), (Ok(0), Ok(65535)));
        for wrong in ["", "-1", "65536", "http"] {
            assert!(port(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        for wrong in ["", "5", "-5s", "soon"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
