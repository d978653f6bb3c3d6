//! What a page of the console has, and a page of others cannot get.

use std::fmt;

/// 32 hexadecimal digits, new at each start.
#[derive(Clone)]
pub(crate) struct Token(String);

impl Token {
    pub(crate) fn random() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }

    /// For the page.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Takes as long for any text of the same length.
    pub(crate) fn is(&self, text: &[u8]) -> bool {
        let pairs = self.0.bytes().zip(text);
        text.len() == self.0.len() && pairs.fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
    }
}

/// Not for logs.
impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_is_right() {
        let token = Token::random();
        assert_eq!(token.text().len(), 32);
        assert!(token.is(token.text().as_bytes()));
        let other = Token::random();
        for wrong in ["", &token.text()[1..], &format!("{}0", token.text()), other.text()] {
            assert!(!token.is(wrong.as_bytes()), "{wrong}");
        }
        assert_eq!(format!("{token:?}"), "Token");
    }
}
