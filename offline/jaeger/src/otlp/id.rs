//! Trace ids.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A trace id: sixteen bytes that are not all 0, written as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId([u8; 16]);

/// The text is not a trace id.
#[derive(Clone, Copy, Debug, Error)]
#[error("a trace id has 1 to 32 hexadecimal digits, not all 0")]
pub struct InvalidTraceId;

impl TraceId {
    /// `None` unless there are sixteen bytes, not all 0.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let id: [u8; 16] = bytes.try_into().ok()?;
        (id != [0; 16]).then_some(Self(id))
    }
}

/// Up to 32 hexadecimal digits; leading zeros may be omitted, as in Jaeger's API.
impl FromStr for TraceId {
    type Err = InvalidTraceId;

    fn from_str(text: &str) -> Result<Self, InvalidTraceId> {
        let valid = (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = valid.then(|| u128::from_str_radix(text, 16).ok()).flatten();
        number.and_then(|number| Self::from_bytes(&number.to_be_bytes())).ok_or(InvalidTraceId)
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
