//! The formats of `${name:format}`, as listed in Grafana's documentation ("Advanced variable format options").

use crate::{
    Unsupported,
    variables::{Bound, Value},
};

/// Formats that apply to a custom value of "All".
const TEXT_FORMATS: [&str; 3] = ["text", "queryparam", "percentencode"];
/// The other formats.
const FORMATS: [&str; 12] = [
    "raw",
    "csv",
    "pipe",
    "glob",
    "regex",
    "json",
    "doublequote",
    "singlequote",
    "sqlstring",
    "lucene",
    "distributed",
    "html",
];

fn unknown(format: &str, name: &str) -> Unsupported {
    Unsupported(format!("format {format:?} of variable ${name}"))
}

/// Formats a variable's value.
pub(super) fn formatted(variable: &Bound, format: &str) -> Result<String, Unsupported> {
    let values = variable.value.list();
    let several = variable.value.is_several();
    let joined = |separator: &str| values.join(separator);
    let each = |separator: &str, write: &dyn Fn(&str) -> String| {
        values.iter().map(|value| write(value)).collect::<Vec<_>>().join(separator)
    };
    let name = &variable.name;
    // A custom value of "All" is inserted as it is in the file, except in texts and addresses.
    if let (Value::Verbatim(value), false) = (&variable.value, TEXT_FORMATS.contains(&format)) {
        return if FORMATS.contains(&format) { Ok(value.clone()) } else { Err(unknown(format, name)) };
    }
    Ok(match format {
        "raw" | "csv" => joined(","),
        "pipe" => joined("|"),
        "glob" => match values.as_slice() {
            [one] => (*one).to_owned(),
            _ => format!("{{{}}}", joined(",")),
        },
        "regex" => grouped(&values, escape_regex),
        "json" if several => quoted_json(&values),
        "json" => json(values.first().copied().unwrap_or_default()),
        "doublequote" => each(",", &|value| format!("\"{}\"", value.replace('"', "\\\""))),
        "singlequote" => each(",", &|value| format!("'{}'", value.replace('\'', "\\'"))),
        "sqlstring" => each(",", &|value| format!("'{}'", value.replace('\'', "''"))),
        "lucene" if several => {
            format!("({})", each(" OR ", &|value| format!("\"{}\"", escape_lucene(value))))
        }
        "lucene" => each("", &escape_lucene),
        "percentencode" => percent_encoded(&joined(",")),
        "queryparam" => query_parameters(variable),
        "text" => text(&variable.value),
        "distributed" => joined(&format!(",{name}=")),
        "html" => escape_html(&joined(", ")),
        other => return Err(unknown(other, name)),
    })
}

/// The value for display.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::All(_) | Value::Verbatim(_) => "All".into(),
        Value::One(_) | Value::Many(_) => value.list().join(" + "),
    }
}

/// `var-name=value` for each value. "All" is a single value, `$__all`.
pub(super) fn query_parameters(variable: &Bound) -> String {
    let name = percent_encoded(&variable.name);
    let all = ["$__all"];
    let values = match &variable.value {
        Value::All(_) | Value::Verbatim(_) => all.to_vec(),
        other => other.list(),
    };
    let pairs = values.iter().map(|value| format!("var-{name}={}", percent_encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// A single value as is, several values as `(a|b)`.
pub(super) fn grouped(values: &[&str], escape: impl Fn(&str) -> String) -> String {
    match values {
        [one] => escape(one),
        several => {
            let escaped: Vec<String> = several.iter().map(|value| escape(value)).collect();
            format!("({})", escaped.join("|"))
        }
    }
}

/// Special characters of regular expressions.
pub(super) const REGEX_SPECIAL: &str = r"\^$.*+?()[]{}|";

/// Escapes a value for a regular expression between slashes.
pub(super) fn escape_regex(value: &str) -> String {
    escaped(value, &format!("{REGEX_SPECIAL}/"))
}

/// Escapes a value for a Lucene query, unless it is a number.
fn escape_lucene(value: &str) -> String {
    if value.parse::<f64>().is_ok() {
        return value.to_owned();
    }
    escaped(value, "!*+-=<> &|()[]{}^~?:\\/\"")
}

/// Puts a backslash before each special character.
pub(super) fn escaped(value: &str, special: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if special.contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn escape_html(text: &str) -> String {
    let pairs = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#39;")];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Percent-encodes all bytes except the unreserved characters of RFC 3986 (letters, digits, `-_.~`).
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn quoted_json(values: &[&str]) -> String {
    serde_json::Value::from(values.to_vec()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format_many(values: &[&str], format: &str) -> String {
        let values = values.iter().map(|&value| value.to_owned()).collect();
        formatted(&Bound { name: "servers".into(), value: Value::Many(values) }, format).unwrap()
    }

    /// The examples of Grafana's documentation.
    #[test]
    fn matches_the_documented_examples() {
        let two = ["test1", "test2"];
        for (values, format, result) in [
            (two, "csv", "test1,test2"),
            (two, "distributed", "test1,servers=test2"),
            (two, "doublequote", r#""test1","test2""#),
            (two, "glob", "{test1,test2}"),
            (two, "lucene", r#"("test1" OR "test2")"#),
            (["foo()bar BAZ", "test2"], "percentencode", "foo%28%29bar%20BAZ%2Ctest2"),
            (["test1.", "test2"], "pipe", "test1.|test2"),
            (["test.1", "test2"], "raw", "test.1,test2"),
            (["test1.", "test2"], "regex", r"(test1\.|test2)"),
            (two, "singlequote", "'test1','test2'"),
            (["test'1", "test2"], "sqlstring", "'test''1','test2'"),
            (two, "text", "test1 + test2"),
            (two, "queryparam", "var-servers=test1&var-servers=test2"),
            // The documentation has a space after the comma.
            (two, "json", r#"["test1","test2"]"#),
        ] {
            assert_eq!(format_many(&values, format), result, "{format}");
        }
    }

    #[test]
    fn omits_brackets_for_one_value_and_escapes_quotes() {
        assert_eq!(format_many(&["a.b"], "glob"), "a.b");
        assert_eq!(format_many(&["a.b"], "regex"), r"a\.b");
        assert_eq!(format_many(&[r#"a"b"#], "doublequote"), r#""a\"b""#);
        assert_eq!(format_many(&["a'b"], "singlequote"), r"'a\'b'");
        let one = Bound { name: "x".into(), value: Value::One("a b".into()) };
        assert_eq!(formatted(&one, "lucene").unwrap(), r"a\ b");
        assert_eq!(formatted(&one, "json").unwrap(), r#""a b""#);
        assert_eq!(formatted(&one, "html").unwrap(), "a b");
    }

    #[test]
    fn formats_all_as_a_keyword_in_texts_and_urls_and_as_its_options_elsewhere() {
        let all = Bound { name: "x".into(), value: Value::All(vec!["a".into(), "b".into()]) };
        let of = |format| formatted(&all, format).unwrap();
        assert_eq!(
            (of("text"), of("queryparam"), of("csv")),
            ("All".into(), "var-x=%24__all".into(), "a,b".into())
        );
        let verbatim = Bound { name: "x".into(), value: Value::Verbatim(".*".into()) };
        let of = |format| formatted(&verbatim, format).unwrap();
        assert_eq!((of("regex"), of("percentencode")), (".*".into(), ".%2A".into()));
        assert_eq!(
            (of("text"), of("queryparam"), of("raw")),
            ("All".into(), "var-x=%24__all".into(), ".*".into())
        );
    }

    #[test]
    fn rejects_an_unknown_format() {
        let one = Bound { name: "x".into(), value: Value::One("a".into()) };
        assert!(formatted(&one, "morse").unwrap_err().0.contains("morse"));
    }
}
