//! Bytes that a file writes as text: `PING\xFF\n`.

use std::str::Chars;

use serde::{Deserialize, Serialize};

/// A text with the escapes `\n`, `\r`, `\t`, `\0`, `\\`, `\"` and `\xNN`, and the bytes that it means.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Escaped {
    text: String,
    bytes: Vec<u8>,
}

impl Escaped {
    /// What it means.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl TryFrom<String> for Escaped {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = Vec::with_capacity(text.len());
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            if char == '\\' {
                bytes.push(escape(&mut chars).ok_or_else(|| {
                    format!("`{text}`: expected \\n, \\r, \\t, \\0, \\\\, \\\" or \\xNN after a backslash")
                })?);
            } else {
                bytes.extend(char.encode_utf8(&mut [0; 4]).bytes());
            }
        }
        Ok(Self { text, bytes })
    }
}

fn escape(chars: &mut Chars<'_>) -> Option<u8> {
    match chars.next()? {
        'n' => Some(b'\n'),
        'r' => Some(b'\r'),
        't' => Some(b'\t'),
        '0' => Some(0),
        '\\' => Some(b'\\'),
        '"' => Some(b'"'),
        'x' => {
            let digits = chars.next()?.to_digit(16)? * 16 + chars.next()?.to_digit(16)?;
            u8::try_from(digits).ok()
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
    fn escapes_are_bytes() {
        let escaped = Escaped::try_from(r"PING\xFF\n é\\".to_owned()).expect("right");
        assert_eq!(escaped.bytes(), b"PING\xFF\n \xC3\xA9\\");
        assert_eq!(String::from(escaped), r"PING\xFF\n é\\");
    }

    #[test]
    fn half_an_escape_is_wrong() {
        for wrong in [r"\", r"\x", r"\xF", r"\xGG", r"\q"] {
            assert!(Escaped::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
