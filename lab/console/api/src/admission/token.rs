//! The token that proves that a request comes from a page of the console.

use std::fmt;

/// 32 random hexadecimal digits, new at each start.
#[derive(Clone)]
pub(crate) struct Token(String);

impl Token {
    pub(crate) fn random() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Compares in constant time for texts of the right length.
    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        let pairs = self.0.bytes().zip(text);
        text.len() == self.0.len() && pairs.fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
    }
}

/// Keeps the token out of logs.
impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_only_the_exact_token() {
        let token = Token::random();
        assert_eq!(token.text().len(), 32);
        assert!(token.matches(token.text().as_bytes()));
        let other = Token::random();
        for wrong in ["", &token.text()[1..], &format!("{}0", token.text()), other.text()] {
            assert!(!token.matches(wrong.as_bytes()), "{wrong}");
        }
        assert_eq!(format!("{token:?}"), "Token");
    }
}
