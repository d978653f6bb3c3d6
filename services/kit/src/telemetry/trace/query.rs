//! The attribute `url.query`: a query without secrets.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Keys whose values the convention redacts.
const SIGNATURES: [&str; 7] = [
    "AWSAccessKeyId",
    "Signature",
    "sig",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Goog-Signature",
];
/// Other common names of secrets.
const SECRETS: [&str; 12] = [
    "access_token",
    "api_key",
    "apikey",
    "auth",
    "authorization",
    "client_secret",
    "id_token",
    "passwd",
    "password",
    "refresh_token",
    "secret",
    "token",
];

/// Replaces the values of keys that name a secret, in any case or encoding, by `REDACTED`.
pub(super) fn redact(query: &str) -> Cow<'_, str> {
    if !query.split('&').any(is_secret) {
        return Cow::Borrowed(query);
    }
    let redacted = query.split('&').map(|pair| match pair.split_once('=') {
        Some((key, _)) if is_secret(pair) => Cow::Owned(format!("{key}=REDACTED")),
        _ => Cow::Borrowed(pair),
    });
    Cow::Owned(redacted.collect::<Vec<_>>().join("&"))
}

fn is_secret(pair: &str) -> bool {
    let Some((key, _)) = pair.split_once('=') else { return false };
    let key = percent_decode_str(key).decode_utf8_lossy();
    SIGNATURES.iter().chain(&SECRETS).any(|secret| secret.eq_ignore_ascii_case(&key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secrets_are_redacted() {
        for (query, expected) in [
            ("m=hello&sig=abc", "m=hello&sig=REDACTED"),
            (
                "X-Goog-Signature=a&x-amz-signature=b&AWSAccessKeyId=c",
                "X-Goog-Signature=REDACTED&x-amz-signature=REDACTED&AWSAccessKeyId=REDACTED",
            ),
            ("%73ig=abc&PASSWORD=a=b", "%73ig=REDACTED&PASSWORD=REDACTED"),
            ("m=sig&design=x&sig", "m=sig&design=x&sig"),
            ("", ""),
        ] {
            assert_eq!(redact(query), expected);
        }
    }
}
