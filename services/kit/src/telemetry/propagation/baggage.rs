//! The header `baggage` of W3C Baggage.

use opentelemetry::Context;
use opentelemetry::baggage::{BaggageExt, KeyValueMetadata};
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

const BAGGAGE: &str = "baggage";
/// Limits of W3C Baggage.
const MAX_MEMBERS: usize = 64;
const MAX_BYTES: usize = 8192;
/// Characters of a value that the header must not contain as they are.
const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%').add(b',').add(b';').add(b'\\');

/// Reads and writes the header. Invalid members are left out without a log line: callers choose them.
#[derive(Debug)]
pub(super) struct BaggagePropagator;

impl TextMapPropagator for BaggagePropagator {
    fn inject_context(&self, context: &Context, headers: &mut dyn Injector) {
        let mut header = String::new();
        for (key, (value, properties)) in context.baggage() {
            let (value, properties) = (utf8_percent_encode(value.as_str(), ENCODED), properties.as_str());
            let (comma, semicolon) =
                (if header.is_empty() { "" } else { "," }, if properties.is_empty() { "" } else { ";" });
            header.push_str(&format!("{comma}{key}={value}{semicolon}{properties}"));
        }
        if !header.is_empty() {
            headers.set(BAGGAGE, header);
        }
    }

    fn extract_with_context(&self, context: &Context, headers: &dyn Extractor) -> Context {
        let headers = headers.get_all(BAGGAGE).unwrap_or_default();
        if headers.iter().map(|header| header.len() + 1).sum::<usize>() > MAX_BYTES + 1 {
            return context.clone();
        }
        let members = headers.iter().flat_map(|header| header.split(','));
        let members: Vec<_> = members.filter_map(parse).take(MAX_MEMBERS).collect();
        if members.is_empty() { context.clone() } else { context.with_baggage(members) }
    }

    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&[])
    }
}

/// A member such as `key = value ; property`. The properties stay as they are.
fn parse(member: &str) -> Option<KeyValueMetadata> {
    let (pair, properties) = member.split_once(';').unwrap_or((member, ""));
    let (key, value) = pair.split_once('=')?;
    let (key, value) = (key.trim_matches([' ', '\t']), value.trim_matches([' ', '\t']));
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let is_octet = |byte: u8| matches!(byte, b'!'..=b'~') && !b"\",;\\".contains(&byte);
    let is_valid = !key.is_empty() && key.bytes().all(is_token) && value.bytes().all(is_octet);
    let value = percent_decode_str(value).decode_utf8().ok()?;
    is_valid.then(|| {
        KeyValueMetadata::new(key.to_owned(), value.into_owned(), properties.trim_matches([' ', '\t']))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn forwarded(header: &str) -> Vec<String> {
        let headers = HashMap::from([(BAGGAGE.to_owned(), header.to_owned())]);
        let context = BaggagePropagator.extract(&headers);
        let mut sent = HashMap::new();
        BaggagePropagator.inject_context(&context, &mut sent);
        let mut members: Vec<_> =
            sent.get(BAGGAGE).map_or(Vec::new(), |sent| sent.split(',').map(Into::into).collect());
        members.sort();
        members
    }

    #[test]
    fn members_are_forwarded_with_their_encoding_and_properties() {
        assert_eq!(
            forwarded("b=2;ttl=1, a = x%20y%25%2C%C3%A9 ,c=k=v"),
            ["a=x%20y%25%2C%C3%A9", "b=2;ttl=1", "c=k=v"].map(|member| member.replace('é', "%C3%A9"))
        );
    }

    #[test]
    fn invalid_members_are_left_out() {
        assert_eq!(forwarded("a=1,b,=2,c d=3,e=\"4\",f=x y,g=%ff,h=5"), ["a=1", "h=5"]);
        assert_eq!(forwarded(&"a".repeat(MAX_BYTES + 1)), [""; 0]);
    }
}
