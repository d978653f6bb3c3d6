//! Names and labels as Envoy's own Prometheus page has them.
//!
//! Envoy puts `envoy_` before a name, makes every character of names that Prometheus does not know an underscore, and
//! escapes values. On top of that: whatever would make the page unreadable, or a series look like another, is refused.

use std::borrow::Cow;
use std::str;

use crate::refusal::Reason;
use crate::wire::{Kind, Label};

/// More labels than any Envoy's statistics have.
pub(crate) const MOST_LABELS: usize = 64;

/// A family's name on the page.
pub(crate) fn family_name(name: &[u8], longest: usize) -> Result<String, Reason> {
    if name.len() > longest {
        return Err(Reason::LabelSize);
    }
    if str::from_utf8(name).is_err() {
        return Err(Reason::Labels);
    }
    let mut out = String::with_capacity("envoy_".len() + name.len());
    out.push_str("envoy_");
    push_sanitised(&mut out, name);
    Ok(out)
}

/// A series' labels between the braces, sorted by name: `a="1",b="2"`, or nothing.
pub(crate) fn render(labels: &[Label<'_>], kind: Kind, longest: usize) -> Result<String, Reason> {
    if labels.len() > MOST_LABELS {
        return Err(Reason::Labels);
    }
    let mut rendered = Vec::with_capacity(labels.len());
    for label in labels {
        if label.name.len() > longest || label.value.len() > longest {
            return Err(Reason::LabelSize);
        }
        rendered
            .push((label_name(label.name, kind)?, str::from_utf8(label.value).map_err(|_| Reason::Labels)?));
    }
    rendered.sort_unstable();
    if rendered.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(Reason::Labels);
    }
    let mut out =
        String::with_capacity(rendered.iter().map(|(name, value)| name.len() + value.len() + 4).sum());
    for (index, (name, value)) in rendered.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_label(&mut out, name, value);
    }
    Ok(out)
}

/// Appends `name="value"`, escaped.
pub(crate) fn push_label(out: &mut String, name: &str, value: &str) {
    out.push_str(name);
    out.push_str("=\"");
    for char in value.chars() {
        match char {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            other => out.push(other),
        }
    }
    out.push('"');
}

fn label_name(name: &[u8], kind: Kind) -> Result<Cow<'static, str>, Reason> {
    if name.is_empty() || str::from_utf8(name).is_err() {
        return Err(Reason::Labels);
    }
    let mut out = String::with_capacity(name.len() + 1);
    if name[0].is_ascii_digit() {
        out.push('_');
    }
    push_sanitised(&mut out, name);
    match (out.as_str(), kind) {
        // As Prometheus renames a label that a target's own would hide.
        ("job", _) => Ok("exported_job".into()),
        ("instance", _) => Ok("exported_instance".into()),
        ("__name__", _) | ("le", Kind::Histogram) | ("quantile", Kind::Summary) => Err(Reason::Labels),
        _ => Ok(out.into()),
    }
}

fn push_sanitised(out: &mut String, name: &[u8]) {
    out.extend(name.iter().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => char::from(*byte),
        _ => '_',
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&'static str, &'static str)]) -> Result<String, Reason> {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| Label { name: name.as_bytes(), value: value.as_bytes() })
            .collect();
        render(&pairs, Kind::Histogram, 32)
    }

    #[test]
    fn names_are_as_on_envoys_page() {
        assert_eq!(family_name(b"vulture.eats-liver", 32).unwrap(), "envoy_vulture_eats_liver");
        assert_eq!(family_name(&[b'a'; 33], 32), Err(Reason::LabelSize));
        assert_eq!(family_name(b"\xff", 32), Err(Reason::Labels));
    }

    #[test]
    fn labels_are_as_on_envoys_page() {
        assert_eq!(labels(&[]).unwrap(), "");
        assert_eq!(
            labels(&[("envoy.cluster_name", "a.b-c"), ("another-tag", "x")]).unwrap(),
            r#"another_tag="x",envoy_cluster_name="a.b-c""#
        );
        assert_eq!(
            labels(&[("problematic", "val\"ue with\\ some\n issues")]).unwrap(),
            r#"problematic="val\"ue with\\ some\n issues""#
        );
    }

    #[test]
    fn own_labels_are_not_hidden() {
        assert_eq!(
            labels(&[("job", "x"), ("instance", "y")]).unwrap(),
            r#"exported_instance="y",exported_job="x""#
        );
        assert_eq!(labels(&[("1st", "x")]).unwrap(), r#"_1st="x""#);
    }

    #[test]
    fn labels_that_would_spoil_the_page_are_refused() {
        assert_eq!(labels(&[("a.b", "1"), ("a-b", "2")]), Err(Reason::Labels));
        assert_eq!(labels(&[("", "1")]), Err(Reason::Labels));
        assert_eq!(labels(&[("le", "1")]), Err(Reason::Labels));
        assert_eq!(labels(&[("__name__", "up")]), Err(Reason::Labels));
        assert_eq!(labels(&[("a", "0123456789012345678901234567890123")]), Err(Reason::LabelSize));
        assert_eq!(labels(&[("a", "1"); 65]), Err(Reason::Labels));
        assert_eq!(render(&[Label { name: b"a", value: b"\xff" }], Kind::Gauge, 32), Err(Reason::Labels));
    }
}
