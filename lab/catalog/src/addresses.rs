//! The addresses in documents, dashboards and alerts. They are written with the default ports, and replaced by those that a
//! lab publishes.

use std::borrow::Cow;

/// The start of a published address; a port follows.
pub const HOST: &str = "127.0.0.1:";

/// Replaces each default address in `text` by `published` of its port. An address for which that is `None` stays.
pub fn replace<S: AsRef<str>>(text: &str, published: impl Fn(&str) -> Option<S>) -> Cow<'_, str> {
    if !text.contains(HOST) {
        return Cow::Borrowed(text);
    }
    let mut pieces = text.split(HOST);
    let mut replaced = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (port, rest) = split_port(piece);
        match published(port) {
            Some(address) => replaced.push_str(address.as_ref()),
            None => replaced.extend([HOST, port]),
        }
        replaced.push_str(rest);
    }
    Cow::Owned(replaced)
}

/// Splits `text` after its leading digits.
pub fn split_port(text: &str) -> (&str, &str) {
    text.split_at(text.find(|next: char| !next.is_ascii_digit()).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swaps_two_ports_and_keeps_unknown_ones() {
        let swapped = |port: &str| match port {
            "10000" => Some("127.0.0.1:9901"),
            "9901" => Some("127.0.0.1:10000"),
            _ => None,
        };
        let text = "a 127.0.0.1:10000/echo, 127.0.0.1:9901, 127.0.0.1:100001 and 127.0.0.1:7";
        let expected = "a 127.0.0.1:9901/echo, 127.0.0.1:10000, 127.0.0.1:100001 and 127.0.0.1:7";
        assert_eq!(replace(text, swapped), expected);
    }
}
