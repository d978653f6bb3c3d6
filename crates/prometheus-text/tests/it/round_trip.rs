//! The parser reads what a generator writes in any notation that the format allows, and what the renderer writes.

use std::collections::{BTreeMap, BTreeSet};

use prometheus_text::{Kind, compare, parse};
use proptest::prelude::*;

#[derive(Clone, Debug)]
struct Source {
    kind: Kind,
    help: Option<String>,
    /// Value and timestamp by labels.
    series: BTreeMap<BTreeMap<String, String>, (f64, Option<i64>)>,
}

fn label_value() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[\\\\\"n\n{}=, ]{0,8}"]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(-0.0)]
}

fn source() -> impl Strategy<Value = Source> {
    let kind =
        prop_oneof![Just(Kind::Counter), Just(Kind::Gauge), Just(Kind::Untyped), Just(Kind::Histogram)];
    // Leading blanks are not part of a help text.
    let help = proptest::option::of("[a-z\\\\\"\n][ a-z\\\\\"\n\u{e9}]{0,12}");
    let labels = proptest::collection::btree_map("[a-d][a-z0-9_]{0,3}", label_value(), 0..4);
    let series =
        proptest::collection::btree_map(labels, (number(), proptest::option::of(any::<i64>())), 0..6);
    (kind, help, series).prop_map(|(kind, help, series)| Source { kind, help, series })
}

fn escape(text: &str, in_label: bool) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    if in_label { text.replace('"', "\\\"") } else { text }
}

fn write(text: &mut String, name: &str, source: &Source, blank: &str) {
    if let Some(help) = &source.help {
        text.push_str(&format!("#{blank}HELP{blank}{name}{blank}{}\n", escape(help, false)));
    }
    text.push_str(&format!("# TYPE {name} {}{blank}\n", source.kind));
    for (labels, (value, timestamp)) in &source.series {
        let mut pairs: Vec<String> = labels
            .iter()
            .map(|(name, value)| format!("{name}{blank}={blank}\"{}\"", escape(value, true)))
            .collect();
        pairs.reverse();
        let suffix = if source.kind == Kind::Histogram { "_bucket" } else { "" };
        if source.kind == Kind::Histogram {
            pairs.push("le=\"+Inf\"".to_owned());
        }
        let labels = if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) };
        text.push_str(&format!("{name}{suffix}{labels}{blank}{value:?}"));
        if let Some(timestamp) = timestamp {
            text.push_str(&format!("{blank}{timestamp}"));
        }
        text.push('\n');
    }
}

proptest! {
    #[test]
    fn parses_any_notation(
        sources in proptest::collection::btree_map("x[a-z:_]{1,6}", source(), 0..5),
        blank in prop_oneof![Just(" "), Just("\t"), Just("  \t ")],
    ) {
        // A declared family takes precedence over a histogram suffix: see `lookup`.
        let names: BTreeSet<&String> = sources.keys().collect();
        prop_assume!(!names.iter().any(|name| names.contains(&format!("{name}_bucket"))));

        let mut text = String::from("# a comment\n\n");
        for (name, source) in &sources {
            write(&mut text, name, source, blank);
        }
        let parsed = parse(&text).unwrap();

        prop_assert_eq!(compare(&parsed, &parsed), []);
        prop_assert_eq!(parsed.families().count(), sources.len());
        for (name, source) in &sources {
            let family = parsed.family(name).unwrap();
            prop_assert_eq!(family.kind(), source.kind);
            prop_assert_eq!(family.help(), source.help.as_deref());
            prop_assert_eq!(family.samples().len(), source.series.len());
            for sample in family.samples() {
                let labels: BTreeMap<String, String> = sample
                    .labels
                    .iter()
                    .filter(|(name, _)| *name != "le")
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect();
                let (value, timestamp) = source.series[&labels];
                prop_assert!(sample.value == value || (sample.value.is_nan() && value.is_nan()));
                prop_assert_eq!(sample.timestamp_ms, timestamp);
                let sample_by_key = parsed.get(&sample.name, &sample.labels).unwrap();
                prop_assert_eq!(sample_by_key, sample);
            }
        }
        prop_assert_eq!(parse(&parsed.to_string()).unwrap(), parsed);
    }

    #[test]
    fn does_not_panic_on_any_text(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn does_not_panic_on_text_that_resembles_the_format(
        text in "(# (HELP|TYPE) |[ab]|_bucket|_sum|le|[{}=,\"\\\\]|[ \t\n]|[0-9.+-]|NaN|histogram|summary|\u{e9}){0,40}",
    ) {
        if let Ok(parsed) = parse(&text) {
            prop_assert_eq!(parse(&parsed.to_string()).unwrap(), parsed);
        }
    }

    #[test]
    fn a_text_truncated_within_a_line_is_an_error(cut in 0_usize..70) {
        let text = "# TYPE a counter\na{b=\"1\"} 1\n# TYPE c gauge\nc{d=\"\u{e9}\"} 2.5 17\n";
        prop_assume!(text.is_char_boundary(cut) && cut <= text.len());
        let prefix = &text[..cut];
        prop_assert_eq!(parse(prefix).is_ok(), prefix.is_empty() || prefix.ends_with('\n'));
    }
}
