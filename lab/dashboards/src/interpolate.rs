//! Writes variables into a query: `$name`, `${name}`, `${name.path}`, `${name:format}`, `[[name]]`.
//!
//! Rules of Grafana's Prometheus data source: the value of a plain variable is escaped as inside a string literal; a
//! variable that can hold several, or "All", is escaped as a regular expression, several as `(a|b)`.

mod format;

use crate::{
    Unsupported,
    time::Window,
    variables::{Bound, Value},
};

pub(crate) use self::format::percent_encoded;
use self::format::{REGEX, escape_regex, escaped, formatted, grouped};

/// What names and links can speak of.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The dashboard's variables with their values.
    pub variables: &'a [Bound],
    /// The dashboard's time range.
    pub window: Window,
}

/// Replaces every variable of `text` by what `lookup` gives for its name (with its path, if it has one) and format.
///
/// A name that begins with a digit (`$1` of `label_replace`) is no variable and stays.
pub fn replace(
    text: &str,
    lookup: impl Fn(&str, Option<&str>) -> Result<String, Unsupported>,
) -> Result<String, Unsupported> {
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
pub fn in_promql(variables: &[Bound], name: &str, format: Option<&str>) -> Result<String, Unsupported> {
    let variable = find(variables, name)?;
    match format {
        None => Ok(promql(&variable.value)),
        Some(format) => formatted(variable, format),
    }
}

/// A variable's value as it stands in an `InfluxQL` query: what may be several as a regular expression, else as inside
/// quotes.
pub fn in_influxql(variables: &[Bound], name: &str, format: Option<&str>) -> Result<String, Unsupported> {
    let variable = find(variables, name)?;
    match (format, &variable.value) {
        (Some(format), _) => formatted(variable, format),
        (None, Value::One(value)) => Ok(escaped(value, "\\'\"")),
        (None, Value::Verbatim(value)) => Ok(value.clone()),
        (None, several) => Ok(grouped(&several.list(), escape_regex)),
    }
}

/// A variable's value as a person reads it, in a name.
pub fn as_text(variables: &[Bound], name: &str, format: Option<&str>) -> Result<String, Unsupported> {
    formatted(find(variables, name)?, format.unwrap_or("text"))
}

/// A variable's value as it stands in an address.
pub fn in_url(variables: &[Bound], name: &str, format: Option<&str>) -> Result<String, Unsupported> {
    formatted(find(variables, name)?, format.unwrap_or("glob"))
}

/// All variables as parameters of an address.
pub(crate) fn all_parameters(variables: &[Bound]) -> String {
    variables.iter().map(format::query_parameters).collect::<Vec<_>>().join("&")
}

fn find<'a>(variables: &'a [Bound], name: &str) -> Result<&'a Bound, Unsupported> {
    let found = variables.iter().find(|variable| variable.name == name);
    found.ok_or_else(|| Unsupported(format!("variable ${name}")))
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
        // Behind the first point stands a path, in any characters.
        let word = name.split_once('.').map_or(name, |(word, _)| word);
        let plain = !word.is_empty() && word.chars().all(is_word);
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

fn promql(value: &Value) -> String {
    match value {
        Value::One(value) => in_literal(value),
        Value::Verbatim(value) => value.clone(),
        // Twice: once for the regular expression, once for the string literal around it.
        Value::Many(_) | Value::All(_) => grouped(&value.list(), |value| in_literal(&escaped(value, REGEX))),
    }
}

/// As it stands inside a string of `PromQL`. An apostrophe by its code, which is good in strings of either quote.
fn in_literal(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', "\\\"").replace('\'', r"\x27")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Result<String, Unsupported> {
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
        assert!(written("${methods:morse}").unwrap_err().0.contains("morse"));
    }

    #[test]
    fn a_plain_value_stays_inside_its_string_literal() {
        assert_eq!(written(r#"x{a="$quoted"}"#).unwrap(), r#"x{a="a\"b\\c"}"#);
    }

    #[test]
    fn a_hostile_value_stays_where_it_was_put() {
        let bound = |value| [Bound { name: "v".into(), value }];
        let many = bound(Value::Many(vec!["a".into(), r#"x"} or up{y='"#.into()]));
        let promql = in_promql(&many, "v", None).unwrap();
        assert_eq!(promql, r#"(a|x\"\\} or up\\{y=\x27)"#);
        assert_eq!(in_promql(&bound(Value::One("it's".into())), "v", None).unwrap(), r"it\x27s");
        let influxql = in_influxql(&bound(Value::Many(vec!["a/ OR 1".into()])), "v", None).unwrap();
        assert_eq!(influxql, r"a\/ OR 1");
        let influxql = in_influxql(&bound(Value::One(r#"a' OR "b\"#.into())), "v", None).unwrap();
        assert_eq!(influxql, r#"a\' OR \"b\\"#);
    }

    #[test]
    fn an_unknown_variable_is_named_and_a_capture_group_is_none() {
        assert!(written("$nothing").unwrap_err().0.contains("$nothing"));
        let kept = r#"label_replace(x[5m], "a", "$1", "b", "(.*)$")"#;
        assert_eq!(written(kept).unwrap(), kept);
    }

    #[test]
    fn a_path_belongs_to_the_name() {
        let named = replace("${a.b c[0].d:raw} ${a.b}", |name, format| Ok(format!("<{name}|{format:?}>")));
        assert_eq!(named.unwrap(), r#"<a.b c[0].d|Some("raw")> <a.b|None>"#);
    }
}
