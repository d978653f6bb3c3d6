//! Names and labels in the same form as on Envoy's own Prometheus page.
//!
//! Envoy prefixes names with `envoy_`, replaces characters that are invalid in Prometheus names by underscores, and
//! escapes label values. In addition, this module refuses labels that would make the page invalid or two series equal.

use std::str;

use crate::refusal::Reason;
use crate::wire::{Kind, Label};

/// Maximum number of labels of a series. Envoy's statistics have far fewer.
pub(crate) const MAX_LABELS: usize = 64;

/// The labels that identify a series' node.
pub(crate) const NODE_LABELS: [&str; 2] = ["job", "instance"];

/// The name of a family on the page. `max_bytes` limits the name as sent.
pub(crate) fn family_name(name: &[u8], max_bytes: usize) -> Result<String, Reason> {
    if name.len() > max_bytes {
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

/// The labels of a series between the braces, sorted by name: `a="1",b="2"`; empty without labels. A label with an empty
/// value is left out, because Prometheus does not distinguish it from an absent one. `max_bytes` limits each name and
/// value as sent.
pub(crate) fn render(labels: &[Label<'_>], kind: Kind, max_bytes: usize) -> Result<String, Reason> {
    if labels.len() > MAX_LABELS {
        return Err(Reason::Labels);
    }
    let mut rendered = Vec::with_capacity(labels.len());
    for label in labels {
        if label.name.len() > max_bytes || label.value.len() > max_bytes {
            return Err(Reason::LabelSize);
        }
        let value = str::from_utf8(label.value).map_err(|_| Reason::Labels)?;
        rendered.push((label_name(label.name, kind)?, value));
    }
    rendered.sort_unstable();
    if rendered.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(Reason::Labels);
    }
    rendered.retain(|(_, value)| !value.is_empty());
    rename_conflicting(&mut rendered);
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

/// Renames labels that conflict with those of the node as Prometheus renames scraped labels that conflict with those of
/// the target: it prepends `exported_` until no other label has the name.
fn rename_conflicting(labels: &mut [(String, &str)]) {
    let mut has_renamed = false;
    for conflicting in NODE_LABELS {
        let Some(at) = labels.iter().position(|(name, _)| name == conflicting) else { continue };
        let mut name = conflicting.to_owned();
        while labels.iter().any(|(other, _)| *other == name) {
            name.insert_str(0, "exported_");
        }
        labels[at].0 = name;
        has_renamed = true;
    }
    if has_renamed {
        labels.sort_unstable();
    }
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

/// Whether `name` is a name that [`family_name`] returns.
pub(crate) fn is_rendered_name(name: &str) -> bool {
    name.starts_with("envoy_") && name.bytes().all(is_name_byte)
}

/// Whether `labels` are valid labels as [`render`] returns them.
pub(crate) fn is_rendered(labels: &str, kind: Kind) -> bool {
    let mut rest = labels;
    let (mut last, mut count) = ("", 0);
    while !rest.is_empty() {
        let Some((name, value)) = rest.split_once("=\"") else { return false };
        let is_reserved = NODE_LABELS.contains(&name) || is_reserved(name, kind);
        if is_reserved
            || name <= last
            || name.as_bytes()[0].is_ascii_digit()
            || !name.bytes().all(is_name_byte)
        {
            return false;
        }
        let Some(end) = end_of_value(value).filter(|end| *end > 0) else { return false };
        rest = match (&value[end + 1..], value[end + 1..].strip_prefix(',')) {
            ("", _) => "",
            (_, Some(next)) if !next.is_empty() => next,
            _ => return false,
        };
        (last, count) = (name, count + 1);
    }
    count <= MAX_LABELS
}

/// The position of the quote that ends an escaped value.
fn end_of_value(value: &str) -> Option<usize> {
    let mut bytes = value.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return Some(at),
            b'\n' => return None,
            b'\\' => {
                bytes.next().filter(|(_, escaped)| matches!(escaped, b'\\' | b'"' | b'n'))?;
            }
            _ => {}
        }
    }
    None
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_reserved(name: &str, kind: Kind) -> bool {
    matches!((name, kind), ("__name__", _) | ("le", Kind::Histogram) | ("quantile", Kind::Summary))
}

fn label_name(name: &[u8], kind: Kind) -> Result<String, Reason> {
    if name.is_empty() || str::from_utf8(name).is_err() {
        return Err(Reason::Labels);
    }
    let mut out = String::with_capacity(name.len() + 1);
    if name[0].is_ascii_digit() {
        out.push('_');
    }
    push_sanitised(&mut out, name);
    if is_reserved(&out, kind) { Err(Reason::Labels) } else { Ok(out) }
}

fn push_sanitised(out: &mut String, name: &[u8]) {
    out.extend(name.iter().map(|byte| if is_name_byte(*byte) { char::from(*byte) } else { '_' }));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(pairs: &[(&'static str, &'static str)]) -> Result<String, Reason> {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| Label { name: name.as_bytes(), value: value.as_bytes() })
            .collect();
        render(&pairs, Kind::Histogram, 32)
    }

    #[test]
    fn names_match_envoys_page() {
        assert_eq!(family_name(b"vulture.eats-liver", 32).unwrap(), "envoy_vulture_eats_liver");
        assert_eq!(family_name(&[b'a'; 33], 32), Err(Reason::LabelSize));
        assert_eq!(family_name(b"\xff", 32), Err(Reason::Labels));
    }

    #[test]
    fn labels_match_envoys_page() {
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
    fn conflicting_and_numeric_label_names_are_renamed() {
        assert_eq!(
            labels(&[("job", "x"), ("instance", "y")]).unwrap(),
            r#"exported_instance="y",exported_job="x""#
        );
        assert_eq!(labels(&[("1st", "x")]).unwrap(), r#"_1st="x""#);
        assert_eq!(
            labels(&[("exported_job", "1"), ("job", "2"), ("exported_exported_job", "3")]).unwrap(),
            r#"exported_exported_exported_job="2",exported_exported_job="3",exported_job="1""#
        );
    }

    #[test]
    fn an_empty_value_is_an_absent_label() {
        assert_eq!(labels(&[("a", ""), ("b", "1"), ("job", "")]).unwrap(), r#"b="1""#);
        assert_eq!(labels(&[("a", "")]), labels(&[]));
        assert_eq!(labels(&[("job", "1"), ("exported_job", "")]).unwrap(), r#"exported_job="1""#);
        assert_eq!(labels(&[("a.b", ""), ("a-b", "2")]), Err(Reason::Labels));
    }

    #[test]
    fn recognizes_rendered_names_and_labels() {
        assert!(is_rendered_name("envoy_a_b") && !is_rendered_name("a_b") && !is_rendered_name("envoy_a.b"));
        for labels in [r#"a="1""#, r#"a="1",b="a\"b\\""#, r#"exported_job="x\ny,z=""#, ""] {
            assert!(is_rendered(labels, Kind::Histogram), "{labels}");
        }
        for labels in [
            r#"a="1","#,
            r#"a="""#,
            r#"a="1" b="2""#,
            r#"b="1",a="2""#,
            r#"a="1",a="2""#,
            r#"="1""#,
            r#"1a="1""#,
            r#"a-b="1""#,
            r#"le="1""#,
            r#"job="1""#,
            r#"a="\x""#,
            r#"a="1"#,
            r#"a"#,
            "a=\"\n\"",
        ] {
            assert!(!is_rendered(labels, Kind::Histogram), "{labels}");
        }
    }

    proptest! {
        #[test]
        fn what_is_rendered_is_recognized(labels in prop::collection::vec(("[a-z.]{1,3}", "\\PC{0,4}[\"\\\\\n]?"), 0..5)) {
            let sent: Vec<_> = labels
                .iter()
                .map(|(name, value)| Label { name: name.as_bytes(), value: value.as_bytes() })
                .collect();
            if let Ok(rendered) = render(&sent, Kind::Summary, 1024) {
                prop_assert!(is_rendered(&rendered, Kind::Summary), "{}", rendered);
            }
        }
    }

    #[test]
    fn refuses_labels_that_are_invalid_on_a_page() {
        assert_eq!(labels(&[("a.b", "1"), ("a-b", "2")]), Err(Reason::Labels));
        assert_eq!(labels(&[("", "1")]), Err(Reason::Labels));
        assert_eq!(labels(&[("le", "1")]), Err(Reason::Labels));
        assert_eq!(labels(&[("__name__", "up")]), Err(Reason::Labels));
        assert_eq!(labels(&[("a", "0123456789012345678901234567890123")]), Err(Reason::LabelSize));
        assert_eq!(labels(&[("a", "1"); 65]), Err(Reason::Labels));
        assert_eq!(render(&[Label { name: b"a", value: b"\xff" }], Kind::Gauge, 32), Err(Reason::Labels));
    }
}
