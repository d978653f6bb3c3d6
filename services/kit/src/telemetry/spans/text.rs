//! Cuts the texts of a span that callers can choose: the SDK limits their number, but not their length.

use std::borrow::Cow;

use opentelemetry::trace::Status;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;

/// Cuts the names, the status and all attributes after `max` characters.
pub(super) fn cut(span: &mut SpanData, max: usize) {
    cut_name(&mut span.name, max);
    if let Status::Error { description } = &mut span.status {
        cut_name(description, max);
    }
    cut_attributes(&mut span.attributes, max);
    for event in &mut span.events.events {
        cut_name(&mut event.name, max);
        cut_attributes(&mut event.attributes, max);
    }
    for link in &mut span.links.links {
        cut_attributes(&mut link.attributes, max);
    }
}

fn cut_name(name: &mut Cow<'static, str>, max: usize) {
    if let Some(short) = shorter(name, max) {
        *name = Cow::Owned(short);
    }
}

fn cut_attributes(attributes: &mut [KeyValue], max: usize) {
    for attribute in attributes {
        match &mut attribute.value {
            Value::String(text) => cut_value(text, max),
            Value::Array(Array::String(texts)) => texts.iter_mut().for_each(|text| cut_value(text, max)),
            _ => {}
        }
    }
}

fn cut_value(text: &mut StringValue, max: usize) {
    if let Some(short) = shorter(text.as_str(), max) {
        *text = short.into();
    }
}

/// The first `max` characters, unless the text has no more.
fn shorter(text: &str, max: usize) -> Option<String> {
    if text.len() <= max {
        return None;
    }
    let (end, _) = text.char_indices().nth(max)?;
    Some(text[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        for (text, max, expected) in [
            ("abc", 3, None),
            ("abc", 2, Some("ab")),
            ("äöü", 3, None),
            ("äöü", 2, Some("äö")),
            ("abc", 0, Some("")),
            ("", 0, None),
        ] {
            assert_eq!(shorter(text, max).as_deref(), expected, "{text} {max}");
        }
    }
}
