//! The address of the collector.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderValue, Uri};

use super::pairs;

/// Address of a collector, such as `http://jaeger:4317`. Credentials in it are sent as basic authentication; neither
/// `Display` nor `Debug` shows them.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    address: Uri,
    authorization: Option<HeaderValue>,
}

impl Endpoint {
    /// `insecure` allows an address without a scheme. `None` if the address is invalid, uses TLS or has a path: gRPC
    /// has paths of its own.
    pub(super) fn parse(text: &str, insecure: bool) -> Option<Self> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (scheme, rest),
            None if insecure => ("http", text),
            None => return None,
        };
        let (credentials, server) = match rest.rsplit_once('@') {
            Some((credentials, server)) => (Some(credentials), server),
            None => (None, rest),
        };
        let address: Uri = format!("{scheme}://{server}").parse().ok()?;
        let has_host = address.host().is_some_and(|host| !host.is_empty());
        let has_path = address.path() != "/" || address.query().is_some();
        if address.scheme_str() != Some("http") || !has_host || has_path {
            return None;
        }
        let authorization = match credentials {
            Some(credentials) => Some(basic(credentials)?),
            None => None,
        };
        Some(Self { address, authorization })
    }

    /// The address without credentials.
    #[must_use]
    pub fn address(&self) -> &Uri {
        &self.address
    }

    /// The value of the header `authorization`, from the address's credentials.
    #[must_use]
    pub fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }
}

fn basic(credentials: &str) -> Option<HeaderValue> {
    let credentials = pairs::decode(credentials)?;
    // RFC 7617 requires the colon.
    let colon = if credentials.contains(':') { "" } else { ":" };
    let encoded = BASE64_STANDARD.encode(format!("{credentials}{colon}"));
    let mut value = HeaderValue::try_from(format!("Basic {encoded}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.address.to_string();
        formatter.write_str(text.trim_end_matches('/'))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_sent_but_not_shown() {
        let endpoint = Endpoint::parse("http://user:p%40ss@jaeger:4317", false).expect("valid");
        assert_eq!(
            (endpoint.to_string(), format!("{endpoint:?}")),
            ("http://jaeger:4317".into(), "http://jaeger:4317".into())
        );
        let expected = format!("Basic {}", BASE64_STANDARD.encode("user:p@ss"));
        assert_eq!(endpoint.authorization().expect("credentials"), &*expected);
    }

    #[test]
    fn only_addresses_that_can_be_used_as_they_are_are_valid() {
        for valid in ["http://jaeger:4317", "http://jaeger:4317/", "HTTP://jaeger", "http://[::1]:4317"] {
            assert!(Endpoint::parse(valid, false).is_some(), "{valid}");
        }
        let invalid = [
            "jaeger:4317",
            "https://jaeger:4317",
            "http://",
            "http://:4317",
            "http://jaeger:4317/v1/traces",
            "http://jaeger:4317?a=b",
            "http://a b",
            "unix:///tmp/socket",
        ];
        for invalid in invalid {
            assert!(Endpoint::parse(invalid, false).is_none(), "{invalid}");
        }
        assert_eq!(
            Endpoint::parse("jaeger:4317", true).map(|it| it.to_string()),
            Some("http://jaeger:4317".into())
        );
        assert!(Endpoint::parse("https://jaeger:4317", true).is_none());
    }
}
