//! Interpolation of variables: `$name`, `${name}`, `${name.path}`, `${name:format}`, `[[name]]`.
//!
//! Values are escaped as by Grafana's Prometheus data source: a single value as part of a string literal, a variable that can
//! hold several values or "All" as a regular expression such as `(a|b)`.

mod format;
mod query;
mod scan;

use crate::{
    Unsupported,
    time::Window,
    variables::{Bound, Value},
};

pub(crate) use self::format::percent_encoded;
use self::format::{REGEX_SPECIAL, escape_regex, escaped, formatted, grouped};
pub use self::{query::replace_in_query, scan::Language};

/// The values that texts and links can refer to.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The dashboard's variables.
    pub variables: &'a [Bound],
    /// The dashboard's time range.
    pub window: Window,
}

/// Replaces every variable in `text` by the result of `lookup(name, format)`. The name includes the path, if any.
///
/// References that start with a digit, such as `$1` in `label_replace`, are left unchanged.
///
/// # Errors
///
/// Returns the first error of `lookup`.
pub fn replace(
    text: &str,
    lookup: impl Fn(&str, Option<&str>) -> Result<String, Unsupported>,
) -> Result<String, Unsupported> {
    replace_each(text, |reference| lookup(reference.name, reference.format))
}

/// As [`replace`]; `lookup` also gets the result so far.
fn replace_after(
    text: &str,
    lookup: impl Fn(&str, &str, Option<&str>) -> Result<String, Unsupported>,
) -> Result<String, Unsupported> {
    replace_each(text, |reference| lookup(reference.before, reference.name, reference.format))
}

/// As [`replace`]; `lookup` also gets the reference as it is written.
pub(crate) fn replace_written(
    text: &str,
    lookup: impl Fn(&str, Option<&str>, &str) -> Result<String, Unsupported>,
) -> Result<String, Unsupported> {
    replace_each(text, |reference| lookup(reference.name, reference.format, reference.written))
}

/// A reference to a variable in a text.
struct Reference<'a> {
    /// The result so far.
    before: &'a str,
    name: &'a str,
    format: Option<&'a str>,
    written: &'a str,
}

fn replace_each(
    text: &str,
    lookup: impl Fn(&Reference<'_>) -> Result<String, Unsupported>,
) -> Result<String, Unsupported> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['$', '[']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match reference(rest) {
            Some((name, format, length)) if !name.starts_with(|c: char| c.is_ascii_digit()) => {
                let value = lookup(&Reference { before: &out, name, format, written: &rest[..length] })?;
                out.push_str(&value);
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

/// Formats a variable for a `PromQL` query.
pub fn in_promql(variables: &[Bound], name: &str, format: Option<&str>) -> Result<String, Unsupported> {
    let variable = find(variables, name)?;
    match format {
        None => Ok(promql(&variable.value)),
        Some(format) => formatted(variable, format),
    }
}

/// Formats a variable for an `InfluxQL` query: several values as a regular expression, a single value as part of a quoted string.
pub fn in_influxql(variables: &[Bound], name: &str, format: Option<&str>) -> Result<String, Unsupported> {
    let variable = find(variables, name)?;
    match (format, &variable.value) {
        (Some(format), _) => formatted(variable, format),
        (None, Value::One(value)) => Ok(escaped(value, "\\'\"")),
        (None, Value::Verbatim(value)) => Ok(value.clone()),
        (None, values) => Ok(grouped(&values.list(), escape_regex)),
    }
}

/// Formats a variable for display.
pub fn as_text(variables: &[Bound], name: &str, format: Option<&str>) -> Result<String, Unsupported> {
    formatted(find(variables, name)?, format.unwrap_or("text"))
}

/// Replaces the variables of a text that is only shown. As in Grafana, any other reference is text.
pub(crate) fn shown(text: &str, variables: &[Bound]) -> String {
    let lookup = |name: &str, format: Option<&str>, written: &str| {
        Ok(as_text(variables, name, format).unwrap_or_else(|_| written.to_owned()))
    };
    replace_written(text, lookup).unwrap_or_else(|_| text.to_owned())
}

/// As [`as_text`]. The name of no variable is text, unless it is one of Grafana's own, such as `__user.login`.
pub(crate) fn as_text_or_written(
    variables: &[Bound],
    name: &str,
    format: Option<&str>,
    written: &str,
) -> Result<String, Unsupported> {
    let is_variable = variables.iter().any(|variable| variable.name == name);
    if is_variable || name.starts_with("__") {
        as_text(variables, name, format)
    } else {
        Ok(written.to_owned())
    }
}

/// Formats a variable for a URL.
pub fn in_url(variables: &[Bound], name: &str, format: Option<&str>) -> Result<String, Unsupported> {
    formatted(find(variables, name)?, format.unwrap_or("glob"))
}

/// All variables as URL query parameters.
pub(crate) fn all_parameters(variables: &[Bound]) -> String {
    variables.iter().map(format::query_parameters).collect::<Vec<_>>().join("&")
}

fn find<'a>(variables: &'a [Bound], name: &str) -> Result<&'a Bound, Unsupported> {
    let variable = variables.iter().find(|variable| variable.name == name);
    variable.ok_or_else(|| Unsupported(format!("variable ${name}")))
}

/// Parses a reference at the start of `text` into name, format and length in bytes.
fn reference(text: &str) -> Option<(&str, Option<&str>, usize)> {
    let delimited = |open: &str, close: &str| {
        let inner = text.strip_prefix(open)?;
        let inner = &inner[..inner.find(close)?];
        let (name, format) = match inner.split_once(':') {
            Some((name, format)) => (name, Some(format)),
            None => (inner, None),
        };
        // A path after the first dot may contain any characters.
        let word = name.split_once('.').map_or(name, |(word, _)| word);
        let is_valid = !word.is_empty() && word.chars().all(is_word);
        is_valid.then_some((name, format, open.len() + inner.len() + close.len()))
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
        Value::One(value) => escape_literal(value),
        Value::Verbatim(value) => value.clone(),
        // Escaped twice: for the regular expression and for the string literal around it.
        Value::Many(_) | Value::All(_) => {
            grouped(&value.list(), |value| escape_literal(&escaped(value, REGEX_SPECIAL)))
        }
    }
}

/// Escapes a value for a `PromQL` string literal. An apostrophe becomes its code, which is valid between either kind of quotes.
fn escape_literal(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', "\\\"").replace('\'', r"\x27").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interpolated(text: &str) -> Result<String, Unsupported> {
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
    fn replaces_every_form_of_reference() {
        assert_eq!(
            interpolated(r#"x{a="$job",b="${job}",c="[[job]]",d="$job-1"}"#).unwrap(),
            r#"x{a="echo-server",b="echo-server",c="echo-server",d="echo-server-1"}"#
        );
    }

    #[test]
    fn formats_several_values_as_a_regular_expression() {
        assert_eq!(interpolated(r#"x{m=~"$methods"}"#).unwrap(), r#"x{m=~"(Echo|Check\\+)"}"#);
        assert_eq!(interpolated(r#"x{m=~"$one"}"#).unwrap(), r#"x{m=~"a\\.b"}"#);
        assert_eq!(interpolated(r#"x{m=~"$all"}"#).unwrap(), r#"x{m=~".+"}"#);
    }

    #[test]
    fn applies_formats_and_rejects_unsupported_ones() {
        assert_eq!(interpolated("${methods:pipe}").unwrap(), "Echo|Check+");
        assert_eq!(interpolated("${methods:csv}").unwrap(), "Echo,Check+");
        assert_eq!(interpolated("${methods:regex}").unwrap(), r"(Echo|Check\+)");
        assert!(interpolated("${methods:morse}").unwrap_err().0.contains("morse"));
    }

    #[test]
    fn escapes_a_single_value_for_its_string_literal() {
        assert_eq!(interpolated(r#"x{a="$quoted"}"#).unwrap(), r#"x{a="a\"b\\c"}"#);
    }

    #[test]
    fn escapes_values_that_try_to_break_out() {
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
    fn rejects_unknown_variables_and_keeps_capture_groups() {
        assert!(interpolated("$nothing").unwrap_err().0.contains("$nothing"));
        let query = r#"label_replace(x[5m], "a", "$1", "b", "(.*)$")"#;
        assert_eq!(interpolated(query).unwrap(), query);
    }

    #[test]
    fn passes_the_path_as_part_of_the_name() {
        let formatted =
            replace("${a.b c[0].d:raw} ${a.b}", |name, format| Ok(format!("<{name}|{format:?}>")));
        assert_eq!(formatted.unwrap(), r#"<a.b c[0].d|Some("raw")> <a.b|None>"#);
    }
}
