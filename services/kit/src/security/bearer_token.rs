//! Authentication by a token that client and server share.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use subtle::ConstantTimeEq;

use super::{Files, SecurityError};
use crate::secret::Secret;

/// A token from a file.
#[derive(Clone, Debug)]
pub struct BearerToken(Secret);

impl BearerToken {
    /// Reads a token. White space around it is ignored.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or the token is empty or has characters that a header cannot have.
    pub fn load(files: &mut Files, path: &std::path::Path) -> Result<Self, SecurityError> {
        let content = files.read(path)?;
        let is_visible = |token: &Secret| token.expose().bytes().all(|byte| byte.is_ascii_graphic());
        match Secret::from_content(content.trim_ascii()).ok().filter(is_visible) {
            Some(token) => Ok(Self(token)),
            None => {
                let expected = "a token of visible ASCII characters";
                Err(SecurityError::Content { path: path.to_owned(), expected })
            }
        }
    }

    /// Whether the header `authorization` is `Bearer` and the token. Takes the same time for every token of its length.
    #[must_use]
    pub fn authenticates(&self, headers: &HeaderMap) -> bool {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return false };
        let Some((scheme, token)) = value.as_bytes().split_at_checked(SCHEME.len()) else { return false };
        scheme.eq_ignore_ascii_case(SCHEME)
            && bool::from(token.trim_ascii().ct_eq(self.0.expose().as_bytes()))
    }
}

const SCHEME: &[u8] = b"Bearer ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_authenticates() {
        let token = BearerToken("s3cret".parse().expect("infallible"));
        assert!(!format!("{token:?}").contains("s3cret"));
        for (value, expected) in [
            ("Bearer s3cret", true),
            ("bearer  s3cret", true),
            ("Bearer s3cre", false),
            ("Bearer s3cret2", false),
            ("Bearer ", false),
            ("Bearer", false),
            ("Basic s3cret", false),
            ("s3cret", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().expect("a header value"))]);
            assert_eq!(token.authenticates(&headers), expected, "{value:?}");
        }
        assert!(!token.authenticates(&HeaderMap::new()));
        let mut twice = HeaderMap::new();
        for value in ["Bearer s3cret", "Bearer other"] {
            twice.append(AUTHORIZATION, value.parse().expect("a header value"));
        }
        assert!(!token.authenticates(&twice));
    }
}
