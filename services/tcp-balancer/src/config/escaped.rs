//! Byte strings in escaped notation, such as `PING\xFF\n`.

use std::str::Chars;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A byte string, and the text that denotes it. Escapes: `\n`, `\r`, `\t`, `\0`, `\\`, `\"` and `\xNN`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Escaped {
    text: String,
    bytes: Vec<u8>,
}

/// The text has an invalid escape sequence.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}`: expected \\n, \\r, \\t, \\0, \\\\, \\\" or \\xNN after a backslash")]
pub struct EscapeError(String);

impl Escaped {
    /// The bytes that the text denotes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl TryFrom<String> for Escaped {
    type Error = EscapeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = Vec::with_capacity(text.len());
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            if char == '\\' {
                let Some(byte) = escape(&mut chars) else { return Err(EscapeError(text)) };
                bytes.push(byte);
            } else {
                bytes.extend(char.encode_utf8(&mut [0; 4]).bytes());
            }
        }
        Ok(Self { text, bytes })
    }
}

/// Reads an escape sequence after its backslash.
fn escape(chars: &mut Chars<'_>) -> Option<u8> {
    match chars.next()? {
        'n' => Some(b'\n'),
        'r' => Some(b'\r'),
        't' => Some(b'\t'),
        '0' => Some(0),
        '\\' => Some(b'\\'),
        '"' => Some(b'"'),
        'x' => {
            let byte = chars.next()?.to_digit(16)? * 16 + chars.next()?.to_digit(16)?;
            u8::try_from(byte).ok()
        }
        _ => None,
    }
}

impl From<Escaped> for String {
    fn from(escaped: Escaped) -> Self {
        escaped.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_escapes_and_keeps_the_text() {
        let escaped = Escaped::try_from(r"PING\xFF\n é\\".to_owned()).expect("valid");
        assert_eq!(escaped.bytes(), b"PING\xFF\n \xC3\xA9\\");
        assert_eq!(String::from(escaped), r"PING\xFF\n é\\");
    }

    #[test]
    fn rejects_incomplete_and_unknown_escapes() {
        for invalid in [r"\", r"\x", r"\xF", r"\xGG", r"\q"] {
            assert!(Escaped::try_from(invalid.to_owned()).is_err(), "{invalid}");
        }
    }
}
