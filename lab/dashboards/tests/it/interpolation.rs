//! Whatever stands in a text, replacing its variables ends, and leaves what is no variable as it is.

use dashboards::{
    interpolate::{as_text, in_influxql, in_promql, in_url, replace},
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
    fn any_text_can_be_read(text in r"([a-z${}\[\]:._ä]|\$v|\$\{v:[a-z]{1,4}\}|\[\[v\]\]){0,20}", value in value()) {
        let variables = [Bound { name: "v".into(), value }];
        for write in [in_promql, in_influxql, as_text, in_url] {
            // An unknown variable is an error, and never a panic.
            let _ = replace(&text, |name, format| write(&variables, name, format));
        }
    }

    #[test]
    fn a_text_without_references_stays(text in "[a-z {}()=~.*|]{0,40}") {
        let none = replace(&text, |name, _| panic!("{name} is no reference"));
        prop_assert_eq!(none.unwrap(), text);
    }

    #[test]
    fn every_spelling_gives_the_same(value in value(), before in "[a-z =]{0,5}") {
        let variables = [Bound { name: "v".into(), value }];
        let write = |text: &str| replace(text, |name, format| in_promql(&variables, name, format)).unwrap();
        let plain = write(&format!("{before}$v"));
        prop_assert_eq!(&plain, &write(&format!("{before}${{v}}")));
        prop_assert_eq!(&plain, &write(&format!("{before}[[v]]")));
    }

    #[test]
    fn a_plain_value_never_leaves_its_string_literal(value in ".{0,20}") {
        let variables = [Bound { name: "v".into(), value: Value::One(value) }];
        let written = in_promql(&variables, "v", None).unwrap();
        let mut escaped = false;
        for c in written.chars() {
            prop_assert!(escaped || c != '"', "{}", written);
            escaped = c == '\\' && !escaped;
        }
        prop_assert!(!escaped, "{}", written);
    }
}
