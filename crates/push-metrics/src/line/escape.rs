//! What has a meaning in line protocol gets a backslash.

use thiserror::Error;

/// A text that line protocol has no way to say.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("got {text:?}, expected {expected}")]
pub struct Unwritable {
    text: String,
    expected: &'static str,
}

/// A measurement's name or a tag's value.
///
/// # Errors
///
/// If it is empty or has a control character or a backslash (InfluxDB would not read back what was meant), or begins
/// as a comment does.
pub(crate) fn check(text: &str) -> Result<(), Unwritable> {
    let wrong = |c: char| c.is_control() || c == '\\';
    if text.is_empty() || text.starts_with('#') || text.contains(wrong) {
        let expected = "a text without control characters and backslashes, not empty, not beginning with #";
        return Err(Unwritable { text: text.to_owned(), expected });
    }
    Ok(())
}

/// A tag's key.
///
/// # Errors
///
/// As for [`check`], and if it is the name of the timestamp.
pub(crate) fn check_key(key: &str) -> Result<(), Unwritable> {
    if key == "time" {
        return Err(Unwritable { text: key.to_owned(), expected: "another tag than the timestamp" });
    }
    check(key)
}

pub(crate) fn measurement(text: &mut String, name: &str) {
    escape(text, name, &[',', ' ']);
}

/// A tag's key or value.
pub(crate) fn key(text: &mut String, key: &str) {
    escape(text, key, &[',', ' ', '=']);
}

fn escape(text: &mut String, raw: &str, special: &[char]) {
    for c in raw.chars() {
        if special.contains(&c) {
            text.push('\\');
        }
        text.push(c);
    }
}
