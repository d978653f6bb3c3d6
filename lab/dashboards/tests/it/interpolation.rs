//! Properties of interpolation: it accepts any text and leaves everything but references unchanged.

use dashboards::{
    interpolate::{Language, as_text, in_influxql, in_promql, in_url, replace, replace_in_query},
    variables::{Bound, Value},
};
use proptest::prelude::*;

fn value() -> impl Strategy<Value = Value> {
    let words = prop::collection::vec(".{0,6}", 0..4);
    prop_oneof![
        ".{0,8}".prop_map(Value::One),
        words.clone().prop_map(Value::Many),
        words.prop_map(Value::All),
        ".{0,8}".prop_map(Value::Verbatim)
    ]
}

proptest! {
    #[test]
    fn accepts_any_text(text in r"([a-z${}\[\]:._ä]|\$v|\$\{v:[a-z]{1,4}\}|\[\[v\]\]){0,20}", value in value()) {
        let variables = [Bound { name: "v".into(), value }];
        for write in [in_promql, in_influxql, as_text, in_url] {
            // An unknown variable is an error, not a panic.
            let _ = replace(&text, |name, format| write(&variables, name, format));
        }
    }

    #[test]
    fn keeps_text_without_references(text in "[a-z {}()=~.*|]{0,40}") {
        let none = replace(&text, |name, _| panic!("{name} is not a reference"));
        prop_assert_eq!(none.unwrap(), text);
    }

    #[test]
    fn all_forms_of_reference_give_the_same_result(value in value(), before in "[a-z =]{0,5}") {
        let variables = [Bound { name: "v".into(), value }];
        let write = |text: &str| replace(text, |name, format| in_promql(&variables, name, format)).unwrap();
        let plain = write(&format!("{before}$v"));
        prop_assert_eq!(&plain, &write(&format!("{before}${{v}}")));
        prop_assert_eq!(&plain, &write(&format!("{before}[[v]]")));
    }

    #[test]
    fn a_single_value_stays_in_its_string_literal(value in ".{0,20}") {
        let variables = [Bound { name: "v".into(), value: Value::One(value) }];
        let written = in_promql(&variables, "v", None).unwrap();
        let mut escaped = false;
        for c in written.chars() {
            prop_assert!(escaped || c != '"', "{}", written);
            escaped = c == '\\' && !escaped;
        }
        prop_assert!(!escaped, "{}", written);
    }

    #[test]
    fn a_value_in_any_format_stays_in_its_string_or_is_refused(
        values in prop::collection::vec(r#"[ab",'`/\\|{}=!~()\[\] #\n.-]{0,8}"#, 1..4),
        format in prop::sample::select(FORMATS.to_vec()),
        several in any::<bool>(),
    ) {
        let value = if several { Value::Many(values) } else { Value::One(values[0].clone()) };
        let variables = [Bound { name: "v".into(), value }];
        for quote in ['"', '\'', '`'] {
            let query = format!("x{{a=~{quote}<${{v{format}}}>{quote}}}");
            let Ok(written) = replace_in_query(&query, Language::PromQl, &variables, |_| None) else { continue };
            let (before, after) = (format!("x{{a=~{quote}<"), format!(">{quote}}}"));
            let inner = written.strip_prefix(&before).and_then(|rest| rest.strip_suffix(&after)).unwrap();
            prop_assert!(stays(inner, quote), "{}", written);
        }
        for (open, close) in [("'", '\''), ("\"", '"'), ("a =~ /", '/')] {
            let query = format!("SELECT x FROM y WHERE {open}<${{v{format}}}>{close}");
            let Ok(written) = replace_in_query(&query, Language::InfluxQl, &variables, |_| None) else { continue };
            let before = format!("SELECT x FROM y WHERE {open}<");
            let inner = written.strip_prefix(&before).and_then(|rest| rest.strip_suffix(&format!(">{close}"))).unwrap();
            prop_assert!(stays(inner, close), "{}", written);
        }
    }
}

/// Every format of Grafana's documentation, and none.
const FORMATS: [&str; 16] = [
    "",
    ":raw",
    ":csv",
    ":pipe",
    ":glob",
    ":regex",
    ":json",
    ":doublequote",
    ":singlequote",
    ":sqlstring",
    ":lucene",
    ":percentencode",
    ":queryparam",
    ":text",
    ":distributed",
    ":html",
];

/// Whether a text neither ends a literal with this quote nor escapes what follows.
fn stays(text: &str, quote: char) -> bool {
    let mut escaped = false;
    for c in text.chars() {
        if !escaped && c == quote {
            return false;
        }
        escaped = c == '\\' && !escaped && quote != '`';
    }
    !escaped
}
