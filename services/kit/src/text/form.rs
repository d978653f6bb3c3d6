//! Fields of `application/x-www-form-urlencoded`: forms and query strings.

use percent_encoding::percent_decode;
use thiserror::Error;

use super::{InvalidText, check};

/// A field, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A field that is not valid text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{name} {reason}")]
pub struct InvalidField {
    /// The name, as far as it can be shown.
    pub name: String,
    /// Why.
    pub reason: InvalidText,
}

/// Decodes the fields of a form or of a query string in their order.
///
/// # Errors
///
/// The first field whose name or value is not valid text.
pub fn form(bytes: &[u8]) -> Result<Vec<Field>, InvalidField> {
    let fields = bytes.split(|byte| *byte == b'&').filter(|field| !field.is_empty());
    fields.map(field).collect()
}

fn field(bytes: &[u8]) -> Result<Field, InvalidField> {
    let split = bytes.iter().position(|byte| *byte == b'=');
    let (name, value) = split.map_or((bytes, &b""[..]), |at| (&bytes[..at], &bytes[at + 1..]));
    let shown = || name.escape_ascii().to_string();
    let name = text(name).map_err(|reason| InvalidField { name: shown(), reason })?;
    let value = text(value).map_err(|reason| InvalidField { name: name.clone(), reason })?;
    Ok(Field { name, value })
}

fn text(bytes: &[u8]) -> Result<String, InvalidText> {
    let text = decode(bytes)?;
    check(&text)?;
    Ok(text)
}

/// Decodes the value of a field: percent-encoding, and `+` for a space. Does not check its characters.
///
/// # Errors
///
/// If the value is not UTF-8.
pub fn decode(bytes: &[u8]) -> Result<String, InvalidText> {
    let spaced: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let text = percent_decode(&spaced).decode_utf8().map_err(|_| InvalidText::NotUtf8)?;
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded_in_order() {
        let fields = form(b"a=1+2&b=%C3%A9&&c&a=%2B=").expect("valid");
        let pairs: Vec<_> = fields.iter().map(|field| (&*field.name, &*field.value)).collect();
        assert_eq!(pairs, [("a", "1 2"), ("b", "é"), ("c", ""), ("a", "+=")]);
    }

    #[test]
    fn the_first_invalid_field_is_named() {
        for (bytes, message) in [
            (&b"a=1&customer=%ff&b=%ff"[..], "customer is not UTF-8"),
            (b"customer=\xff", "customer is not UTF-8"),
            (b"customer=%ED%A0%80", "customer is not UTF-8"),
            (b"customer=%E2%80%8B", "customer contains U+200B"),
            (b"a=%0A", "a contains U+000A"),
            (b"%ff=1", "%ff is not UTF-8"),
        ] {
            let error = form(bytes).expect_err("invalid").to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
