//! Writes variables into a query: `$name`, `${name}`, `${name:format}`, `[[name]]`.
//!
//! Rules of Grafana's Prometheus data source: the value of a plain variable is escaped as inside a string literal; a
//! variable that can hold several, or "All", is escaped as a regular expression, several as `(a|b)`.

use super::{
    Unknown,
    variables::{Bound, Value},
};

/// Replaces every variable of `text` by what `lookup` gives for its name and format.
///
/// A name that begins with a digit (`$1` of `label_replace`) is no variable and stays.
pub fn replace(
    text: &str,
    lookup: impl Fn(&str, Option<&str>) -> Result<String, Unknown>,
) -> Result<String, Unknown> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['$', '[']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match reference(rest) {
            Some((name, format, length)) if !name.starts_with(|c: char| c.is_ascii_digit()) => {
                out.push_str(&lookup(name, format)?);
                rest = &rest[length..];
            }
            _ => {
                out.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// A variable's value as it stands in a `PromQL` query.
pub fn in_promql(variables: &[Bound], name: &str, format: Option<&str>) -> Result<String, Unknown> {
    let variable = variables.iter().find(|variable| variable.name == name);
    let variable = variable.ok_or_else(|| Unknown(format!("variable ${name}")))?;
    match format {
        None => Ok(promql(&variable.value)),
        Some("raw" | "csv") => Ok(values(&variable.value).join(",")),
        Some("pipe") => Ok(values(&variable.value).join("|")),
        Some("regex") => Ok(grouped(&values(&variable.value), escape_regex)),
        Some(other) => Err(Unknown(format!("format {other:?} of variable ${name}"))),
    }
}

/// A variable's value as it stands in an `InfluxQL` query, where Grafana escapes only what may be several: for a regular
/// expression.
pub fn in_influxql(variables: &[Bound], name: &str, format: Option<&str>) -> Result<String, Unknown> {
    let plain = |variable: &&Bound| variable.name == name && format.is_none();
    match variables.iter().find(plain).map(|variable| &variable.value) {
        Some(Value::One(value) | Value::Verbatim(value)) => Ok(value.clone()),
        Some(several) => Ok(grouped(&values(several), escape_regex)),
        None => in_promql(variables, name, format),
    }
}

/// A variable's value as a person reads it, in a name.
pub fn as_text(variables: &[Bound], name: &str, format: Option<&str>) -> Result<String, Unknown> {
    match variables.iter().find(|variable| variable.name == name && format.is_none()) {
        Some(variable) => Ok(values(&variable.value).join(" + ")),
        None => in_promql(variables, name, format),
    }
}

/// The name, the format and the length of a reference at the beginning of `text`.
fn reference(text: &str) -> Option<(&str, Option<&str>, usize)> {
    let delimited = |open: &str, close: &str| {
        let inner = text.strip_prefix(open)?;
        let inner = &inner[..inner.find(close)?];
        let (name, format) = match inner.split_once(':') {
            Some((name, format)) => (name, Some(format)),
            None => (inner, None),
        };
        let plain = !name.is_empty() && name.chars().all(is_word);
        plain.then_some((name, format, open.len() + inner.len() + close.len()))
    };
    if text.starts_with("${") {
        return delimited("${", "}");
    }
    if text.starts_with("[[") {
        return delimited("[[", "]]");
    }
    let name = text.strip_prefix('$')?;
    let name = &name[..name.find(|c| !is_word(c)).unwrap_or(name.len())];
    (!name.is_empty()).then_some((name, None, name.len() + 1))
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn values(value: &Value) -> Vec<&str> {
    match value {
        Value::One(value) | Value::Verbatim(value) => vec![value],
        Value::Many(values) => values.iter().map(String::as_str).collect(),
    }
}

fn promql(value: &Value) -> String {
    match value {
        Value::One(value) => value.replace('\\', r"\\").replace('\'', r"\'").replace('"', "\\\""),
        Value::Verbatim(value) => value.clone(),
        // Twice: once for the regular expression, once for the string literal around it.
        Value::Many(_) => grouped(&values(value), |value| escape_regex(value).replace('\\', r"\\")),
    }
}

fn grouped(values: &[&str], escape: impl Fn(&str) -> String) -> String {
    match values {
        [one] => escape(one),
        several => {
            let escaped: Vec<String> = several.iter().map(|value| escape(value)).collect();
            format!("({})", escaped.join("|"))
        }
    }
}

fn escape_regex(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if r"\^$.*+?()[]{}|".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Result<String, Unknown> {
        let bound = |name: &str, value| Bound { name: name.into(), value };
        let variables = [
            bound("job", Value::One("echo-server".into())),
            bound("quoted", Value::One(r#"a"b\c"#.into())),
            bound("one", Value::Many(vec!["a.b".into()])),
            bound("methods", Value::Many(vec!["Echo".into(), "Check+".into()])),
            bound("all", Value::Verbatim(".+".into())),
        ];
        replace(text, |name, format| in_promql(&variables, name, format))
    }

    #[test]
    fn every_spelling_of_a_reference_is_replaced() {
        assert_eq!(
            written(r#"x{a="$job",b="${job}",c="[[job]]",d="$job-1"}"#).unwrap(),
            r#"x{a="echo-server",b="echo-server",c="echo-server",d="echo-server-1"}"#
        );
    }

    #[test]
    fn several_values_become_a_regular_expression() {
        assert_eq!(written(r#"x{m=~"$methods"}"#).unwrap(), r#"x{m=~"(Echo|Check\\+)"}"#);
        assert_eq!(written(r#"x{m=~"$one"}"#).unwrap(), r#"x{m=~"a\\.b"}"#);
        assert_eq!(written(r#"x{m=~"$all"}"#).unwrap(), r#"x{m=~".+"}"#);
    }

    #[test]
    fn formats_are_followed_and_others_named() {
        assert_eq!(written("${methods:pipe}").unwrap(), "Echo|Check+");
        assert_eq!(written("${methods:csv}").unwrap(), "Echo,Check+");
        assert_eq!(written("${methods:regex}").unwrap(), r"(Echo|Check\+)");
        assert!(written("${methods:lucene}").unwrap_err().0.contains("lucene"));
    }

    #[test]
    fn a_plain_value_stays_inside_its_string_literal() {
        assert_eq!(written(r#"x{a="$quoted"}"#).unwrap(), r#"x{a="a\"b\\c"}"#);
    }

    #[test]
    fn an_unknown_variable_is_named_and_a_capture_group_is_none() {
        assert!(written("$nothing").unwrap_err().0.contains("$nothing"));
        let kept = r#"label_replace(x[5m], "a", "$1", "b", "(.*)$")"#;
        assert_eq!(written(kept).unwrap(), kept);
    }
}
