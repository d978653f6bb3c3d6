//! The address of an InfluxDB.

use std::str::FromStr;

use percent_encoding::percent_decode_str;
use reqwest::Url;

use super::DestinationError;

/// An HTTP URL without credentials, query and fragment.
#[derive(Debug)]
pub(super) struct Address {
    pub(super) base: Url,
    /// Name and password from the URL.
    pub(super) user: Option<(String, String)>,
}

impl FromStr for Address {
    type Err = DestinationError;

    fn from_str(address: &str) -> Result<Self, DestinationError> {
        let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let mut base = url.ok_or_else(|| DestinationError::Url(redact(address)))?;
        if let Some(query) = base.query() {
            // A value may be a password: InfluxDB 1.x has the parameters `u` and `p`.
            let names: Vec<_> =
                query.split('&').map(|pair| pair.split('=').next().unwrap_or_default()).collect();
            return Err(DestinationError::Ignored(format!("the query ?{}", names.join("&"))));
        }
        if base.fragment().is_some() {
            return Err(DestinationError::Ignored("a fragment (#)".to_owned()));
        }
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let user = (!base.username().is_empty() || base.password().is_some())
            .then(|| (decode(base.username()), decode(base.password().unwrap_or_default())));
        // HTTP URLs always have a host, so that neither fails.
        let _ = base.set_username("");
        let _ = base.set_password(None);
        Ok(Self { base, user })
    }
}

/// The address of an InfluxDB without what may be secret, for logs and messages: credentials and the query's values. It
/// need not be a valid address.
///
/// ```
/// use push_metrics::redact;
///
/// assert_eq!(redact("http://me:secret@host:8086/?u=me&p=secret"), "http://***@host:8086/?***");
/// ```
#[must_use]
pub fn redact(address: &str) -> String {
    // The last `@` ends the credentials: a password may contain one, and any other delimiter.
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) if !scheme.contains('@') => (&address[..scheme.len() + 3], rest),
        _ => ("", address),
    };
    let (credentials, rest) = match rest.rsplit_once('@') {
        Some((_, rest)) => ("***@", rest),
        None => ("", rest),
    };
    match rest.find(['?', '#']) {
        Some(end) => format!("{scheme}{credentials}{}***", &rest[..=end]),
        None => format!("{scheme}{credentials}{rest}"),
    }
}
