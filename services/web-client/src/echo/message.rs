//! The message in a request's query string.

use kit::problem::Problem;
use kit::text::{InvalidText, check_lines, decode};

/// The longest message, in bytes.
pub(super) const MAX_LEN: usize = 4096;

/// Why a query has no valid message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Invalid {
    #[error("the parameter m is missing: /echo?m=hello")]
    Missing,
    #[error("the message is empty")]
    Empty,
    #[error("the message has {0} bytes; at most {MAX_LEN} are allowed")]
    TooLong(usize),
    #[error("the parameter m {0}")]
    NotText(InvalidText),
    #[error("the parameter m is given more than once")]
    Twice,
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self::new(http::StatusCode::BAD_REQUEST, invalid.to_string())
    }
}

/// The parameter `m` of a query, percent-decoded, `+` as a space.
pub(super) fn from_query(query: Option<&str>) -> Result<String, Invalid> {
    let pairs = query.unwrap_or("").split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut values = pairs.filter(|(name, _)| *name == "m").map(|(_, value)| value);
    let value = values.next().ok_or(Invalid::Missing)?;
    if values.next().is_some() {
        return Err(Invalid::Twice);
    }
    let message = decode(value.as_bytes()).map_err(Invalid::NotText)?;
    check_lines(&message).map_err(Invalid::NotText)?;
    match message.len() {
        0 => Err(Invalid::Empty),
        1..=MAX_LEN => Ok(message),
        len => Err(Invalid::TooLong(len)),
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_fault_of_a_query_has_its_own_error() {
        assert_eq!(from_query(None), Err(Invalid::Missing));
        assert_eq!(from_query(Some("")), Err(Invalid::Missing));
        assert_eq!(from_query(Some("n=1&mm=2")), Err(Invalid::Missing));
        assert_eq!(from_query(Some("m")), Err(Invalid::Empty));
        assert_eq!(from_query(Some("m=&n=1")), Err(Invalid::Empty));
        assert_eq!(from_query(Some("m=%ff")), Err(Invalid::NotText(InvalidText::NotUtf8)));
        let zero_width = InvalidText::Character('\u{200B}');
        assert_eq!(from_query(Some("m=a%E2%80%8Bb")), Err(Invalid::NotText(zero_width)));
        assert_eq!(from_query(Some("m=a&m=b")), Err(Invalid::Twice));
    }

    #[test]
    fn length_is_counted_in_decoded_bytes() {
        let query = |len: usize| format!("m={}", "%41".repeat(len));
        assert_eq!(from_query(Some(&query(MAX_LEN))).map(|message| message.len()), Ok(MAX_LEN));
        assert_eq!(from_query(Some(&query(MAX_LEN + 1))), Err(Invalid::TooLong(MAX_LEN + 1)));
    }

    #[test]
    fn forms_write_spaces_as_plus() {
        assert_eq!(from_query(Some("m=a+b%2Bc")), Ok("a b+c".to_owned()));
    }

    proptest! {
        #[test]
        fn every_text_can_be_sent(text in ".{1,200}") {
            let query = format!("x=1&m={}", utf8_percent_encode(&text, NON_ALPHANUMERIC));
            let expected = check_lines(&text).map(|()| text).map_err(Invalid::NotText);
            prop_assert_eq!(from_query(Some(&query)), expected);
        }

        #[test]
        fn no_query_panics(query in any::<String>()) {
            let _ = from_query(Some(&query));
        }
    }
}
