//! Lists such as `key=value,other=value`, as in W3C Baggage: keys and values are percent-encoded.

use percent_encoding::percent_decode_str;

/// The pairs in their order; the last one of a key counts. `None` if a member has no `=` or no key, or is not encoded
/// correctly.
pub(super) fn parse(list: &str) -> Option<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for member in list.split(',').map(str::trim).filter(|member| !member.is_empty()) {
        let (key, value) = member.split_once('=')?;
        let (key, value) = (decode(key.trim())?, decode(value.trim())?);
        if key.is_empty() {
            return None;
        }
        pairs.retain(|(known, _)| *known != key);
        pairs.push((key, value));
    }
    Some(pairs)
}

/// Decodes `%41`. `None` if `%` is not followed by two hexadecimal digits, or the result is not UTF-8.
pub(super) fn decode(text: &str) -> Option<String> {
    let is_hex =
        |digits: &str| digits.len() >= 2 && digits.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    let is_encoded = text.split('%').skip(1).all(is_hex);
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    is_encoded.then(|| decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_percent_encoded_pairs() {
        let expected = |pairs: &[(&str, &str)]| {
            Some(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
        };
        assert_eq!(parse("a=1,b=x%2Cy%3Dz%C3%A9"), expected(&[("a", "1"), ("b", "x,y=zé")]));
        assert_eq!(parse(" a = 1 ,, b=x==, "), expected(&[("a", "1"), ("b", "x==")]));
        assert_eq!(parse("a=1,a=2"), expected(&[("a", "2")]));
        assert_eq!(parse("a="), expected(&[("a", "")]));
        for invalid in ["a", "=1", "a=%", "a=%2", "a=%zz", "a=%+1", "a=%ff", "a=1,b"] {
            assert_eq!(parse(invalid), None, "{invalid}");
        }
    }
}
