//! Interpolation into queries. A value that is inserted into a literal stays in it, whatever its format.

use super::{
    escape_literal, find,
    format::escape_regex,
    formatted, grouped, in_influxql, in_promql, replace_after,
    scan::{Language, Place, Scan},
};
use crate::{
    Unsupported,
    variables::{Bound, Value},
};

/// Formats that contain quotes of their own.
const QUOTING_FORMATS: [&str; 5] = ["doublequote", "singlequote", "sqlstring", "json", "lucene"];

/// Replaces the variables of a query. `builtin` returns the text of Grafana's own variables.
///
/// # Errors
///
/// Returns an error for an unknown variable or format, and for a value that would end the literal or comment around it.
pub fn replace_in_query(
    query: &str,
    language: Language,
    variables: &[Bound],
    builtin: impl Fn(&str) -> Option<String>,
) -> Result<String, Unsupported> {
    replace_after(query, |before, name, format| match builtin(name) {
        Some(text) => Ok(text),
        None => insert(before, language, variables, name, format),
    })
}

fn insert(
    before: &str,
    language: Language,
    variables: &[Bound],
    name: &str,
    format: Option<&str>,
) -> Result<String, Unsupported> {
    let variable = find(variables, name)?;
    let place = language.place(Place::Code, before);
    let text = match (language, place, format, &variable.value) {
        // The default escapes belong to strings between quotes. Between backticks there are none.
        (Language::PromQl, Place::Quoted('`'), None, value) => in_backticks(value),
        (Language::InfluxQl, Place::Regex, None, Value::One(value)) => escape_regex(value),
        (Language::PromQl, _, None, _) => in_promql(variables, name, None)?,
        (Language::InfluxQl, _, None, _) => in_influxql(variables, name, None)?,
        // A backslash of a regular expression is escaped in the string literal around it.
        (Language::PromQl, Place::Quoted('"' | '\''), Some("regex"), _) => {
            escape_literal(&formatted(variable, "regex")?)
        }
        (_, _, Some(format), _) => formatted(variable, format)?,
    };
    if matches!(variable.value, Value::Verbatim(_)) || language.keeps(place, &text, format) {
        return Ok(text);
    }
    if let (Place::Quoted(quote @ ('"' | '\'')), Some(_)) = (place, format) {
        let escaped = match language {
            Language::PromQl => escape_literal(&text),
            Language::InfluxQl => text.replace('\\', r"\\").replace(quote, &format!("\\{quote}")),
        };
        if language.keeps(place, &escaped, None) {
            return Ok(escaped);
        }
    }
    Err(Unsupported(format!("a value of ${name} that would end the literal around it: {text:?}")))
}

/// Several values as a regular expression.
fn in_backticks(value: &Value) -> String {
    match value {
        Value::One(value) | Value::Verbatim(value) => value.clone(),
        Value::Many(_) | Value::All(_) => grouped(&value.list(), escape_regex),
    }
}

impl Language {
    /// Whether a text leaves the place in which it is inserted as it was.
    fn keeps(self, place: Place, text: &str, format: Option<&str>) -> bool {
        match place {
            Place::Code if format.is_some_and(|format| QUOTING_FORMATS.contains(&format)) => {
                self.is_quoted_list(text)
            }
            Place::Code => self.place(Place::Code, text) == Place::Code,
            // A closing quote after the text must end the literal, so the text must not end with an escape.
            inside => {
                let mut scan = Scan::new(self, inside, text);
                while scan.chars.peek().is_some() {
                    if scan.step().is_none() || scan.place != inside {
                        return false;
                    }
                }
                true
            }
        }
    }

    /// Whether a text consists of literals and of the separators that a format writes between them.
    fn is_quoted_list(self, text: &str) -> bool {
        let mut scan = Scan::new(self, Place::Code, text);
        let is_quoted = text.contains(['"', '\'']);
        while let Some(&next) = scan.chars.peek() {
            let is_separator = matches!(next, '"' | '\'' | ',' | '[' | ']' | '(' | ')' | ' ' | 'O' | 'R');
            if is_quoted && scan.place == Place::Code && !is_separator {
                return false;
            }
            if scan.step().is_none() {
                return false;
            }
        }
        scan.place == Place::Code && !text.contains(['\n', '`'])
    }

    /// The place after `text`, which starts at `place`.
    fn place(self, place: Place, text: &str) -> Place {
        let mut scan = Scan::new(self, place, text);
        while scan.chars.peek().is_some() {
            if scan.step().is_none() {
                break;
            }
        }
        scan.place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAUGHTY: &str = r#"zzz",v!="q"#;

    fn promql(query: &str, value: Value) -> Result<String, Unsupported> {
        replace_in_query(query, Language::PromQl, &[Bound { name: "v".into(), value }], |_| None)
    }

    fn influxql(query: &str, value: Value) -> Result<String, Unsupported> {
        replace_in_query(query, Language::InfluxQl, &[Bound { name: "v".into(), value }], |_| None)
    }

    #[test]
    fn a_format_in_a_string_is_escaped_for_it() {
        let of = |query: &str| promql(query, Value::One(NAUGHTY.into())).unwrap();
        assert_eq!(of(r#"x{a=~"${v:regex}"}"#), r#"x{a=~"zzz\",v!=\"q"}"#);
        assert_eq!(of(r#"x{a="${v:raw}"}"#), r#"x{a="zzz\",v!=\"q"}"#);
        assert_eq!(of(r#"x{a=${v:doublequote}}"#), r#"x{a="zzz\",v!=\"q"}"#);
        assert_eq!(promql(r#"x{a=~"${v:regex}"}"#, Value::One("a.b".into())).unwrap(), r#"x{a=~"a\\.b"}"#);
        assert_eq!(
            promql(r#"x{a=~"${v:pipe}"}"#, Value::Many(vec!["a.b".into(), "c".into()])).unwrap(),
            r#"x{a=~"a.b|c"}"#
        );
    }

    #[test]
    fn refuses_a_value_that_no_escape_keeps_in_its_literal() {
        let refused = |query: &str, value: &str| promql(query, Value::One(value.into())).unwrap_err().0;
        assert!(refused("x{a=`$v`}", "a`b").contains("$v"));
        assert!(refused("x # ${v:raw}\n", "a\nup").contains("$v"));
        assert!(refused("x{a=${v:sqlstring}}", "\\").contains("$v"));
        assert!(influxql("SELECT x FROM y WHERE a =~ /${v:raw}/", Value::One("a/ OR 1=1".into())).is_err());
    }

    #[test]
    fn keeps_expressions_that_a_variable_holds() {
        let expr = r#"rate(x{job="a"}[5m])"#;
        assert_eq!(promql("sum(${v:raw})", Value::One(expr.into())).unwrap(), format!("sum({expr})"));
    }

    #[test]
    fn escapes_a_single_value_for_the_regular_expression_around_it() {
        let query = "SELECT x FROM y WHERE a =~ /^$v$/";
        assert_eq!(
            influxql(query, Value::One("a/ OR 1.".into())).unwrap(),
            r"SELECT x FROM y WHERE a =~ /^a\/ OR 1\.$/"
        );
        assert_eq!(influxql("SELECT x/2, '$v'", Value::One("it's".into())).unwrap(), r"SELECT x/2, 'it\'s'");
    }
}
