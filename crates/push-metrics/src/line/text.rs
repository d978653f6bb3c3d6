//! Names and tags in line protocol: which texts it can represent, and how.
//!
//! The rules are those of InfluxDB's parser (`models/points.go` of 1.x). A backslash escapes the next character only if
//! that is special, and is itself otherwise. It cannot be escaped, so that a text cannot end with one where a delimiter
//! follows.

use thiserror::Error;

/// A text that line protocol cannot represent.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("got {text:?}, expected {expected}")]
pub struct InvalidText {
    text: String,
    expected: &'static str,
}

/// Characters that are escaped in a measurement.
const SPECIAL_IN_MEASUREMENTS: [char; 2] = [',', ' '];
/// Characters that are escaped in the key and value of a tag, and in the key of a field.
const SPECIAL_IN_KEYS: [char; 3] = [',', ' ', '='];

/// Checks the name of a metric, which begins the name of a measurement or field.
///
/// # Errors
///
/// If the text is empty, starts with `#` as comments do, contains a control character, or contains a backslash before a
/// character that InfluxDB unescapes: comma, space, equals sign and quotation mark.
pub(crate) fn check_name(text: &str) -> Result<(), InvalidText> {
    let is_valid = !text.is_empty()
        && !text.starts_with('#')
        && !text.contains(char::is_control)
        && !has_backslash_before(text, &[',', ' ', '=', '"']);
    let expected = "a text without control characters, without a backslash before a comma, space, equals sign or \
                    quotation mark, not empty, not beginning with #";
    require(is_valid, text, expected)
}

/// Checks the name of a measurement.
///
/// # Errors
///
/// As [`check_name`], and if the text ends with a backslash.
pub(crate) fn check_measurement(text: &str) -> Result<(), InvalidText> {
    check_name(text)?;
    require(!text.ends_with('\\'), text, "a text that does not end with a backslash")
}

fn require(is_valid: bool, text: &str, expected: &'static str) -> Result<(), InvalidText> {
    if is_valid { Ok(()) } else { Err(InvalidText { text: text.to_owned(), expected }) }
}

fn check_tag(text: &str) -> Result<(), InvalidText> {
    let is_valid = !text.is_empty() && !text.contains('\n') && !text.ends_with('\\');
    require(is_valid, text, "a text without line feeds, not empty, not ending with a backslash")
}

fn has_backslash_before(text: &str, special: &[char]) -> bool {
    text.match_indices('\\').any(|(at, _)| text[at + 1..].starts_with(special))
}

pub(super) fn push_measurement(line: &mut String, text: &str) {
    push_escaped(line, text, &SPECIAL_IN_MEASUREMENTS);
}

pub(super) fn push_key(line: &mut String, text: &str) {
    push_escaped(line, text, &SPECIAL_IN_KEYS);
}

fn push_escaped(line: &mut String, text: &str, special: &[char]) {
    for c in text.chars() {
        if special.contains(&c) {
            line.push('\\');
        }
        line.push(c);
    }
}

/// The tags of every point, as they appear in a line: `,host=a,service=b`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tags {
    pub(super) all: String,
    /// Without the tag `bucket`, which has another value in some points.
    pub(super) without_bucket: String,
}

impl Tags {
    /// Tags sorted by key, the order that InfluxDB recommends. Keys must be distinct.
    ///
    /// # Errors
    ///
    /// If line protocol cannot represent a key or a value, or a key is `time`, which InfluxDB reserves.
    pub(crate) fn new<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, InvalidText> {
        let mut tags: Vec<_> = tags.into_iter().collect();
        tags.sort_unstable();
        let has_quote = tags.iter().any(|(key, value)| key.contains('"') || value.contains('"'));
        let mut written = Self::default();
        for (key, value) in tags {
            require(key != "time", key, "a tag other than the timestamp")?;
            check_tag(key)?;
            check_tag(value)?;
            if has_quote {
                // InfluxDB's search for the end of the line takes such a backslash for the escaped one. It then finds the
                // fields within the tags, and takes the quotation mark for the begin of a string.
                let expected =
                    "a text without a backslash before a delimiter, as a tag contains a quotation mark";
                require(!has_backslash_before(key, &SPECIAL_IN_KEYS), key, expected)?;
                require(!has_backslash_before(value, &['=']), value, expected)?;
            }
            let begin = written.all.len();
            written.all.push(',');
            push_key(&mut written.all, key);
            written.all.push('=');
            push_key(&mut written.all, value);
            if key != "bucket" {
                written.without_bucket.push_str(&written.all[begin..]);
            }
        }
        Ok(written)
    }
}
