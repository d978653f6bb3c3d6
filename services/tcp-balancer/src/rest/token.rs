//! Who may change things.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use kit::problem::Problem;

use super::Rest;

/// What a change needs. Without one, there are no changes.
#[derive(Clone)]
pub(super) struct Token(Option<Box<[u8]>>);

impl Token {
    pub(super) fn new(token: Option<&str>) -> Self {
        Self(token.map(|token| token.as_bytes().into()))
    }
}

impl Rest {
    /// Whether a request with these headers may change things: 403 where nobody may, 401 without the right token.
    pub(super) fn allow(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let Some(token) = &self.token.0 else {
            return Err(Problem::new(StatusCode::FORBIDDEN, "read-only: the balancer has no token set"));
        };
        let given = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
        let given = given.and_then(|value| value.strip_prefix(b"Bearer ")).unwrap_or_default();
        if same(token, given) {
            Ok(())
        } else {
            Err(Problem::new(
                StatusCode::UNAUTHORIZED,
                "expected `Authorization: Bearer` and the balancer's token",
            ))
        }
    }
}

/// Takes as long for any wrong token of the right length, so that none can be guessed byte by byte.
fn same(token: &[u8], given: &[u8]) -> bool {
    let differing = token.iter().zip(given).fold(0, |differing, (a, b)| differing | (a ^ b));
    token.len() == given.len() && differing == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_is_the_same() {
        assert!(same(b"secret", b"secret"));
        for wrong in ["", "s", "secre", "secrets", "Secret", "secreT"] {
            assert!(!same(b"secret", wrong.as_bytes()), "{wrong}");
        }
    }
}
