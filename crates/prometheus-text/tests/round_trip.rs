//! What a generator writes, in any spelling the format allows, is what the parser reads.

use std::collections::{BTreeMap, BTreeSet};

use prometheus_text::{Kind, compare, parse};
use proptest::prelude::*;

#[derive(Clone, Debug)]
struct Source {
    kind: Kind,
    help: Option<String>,
    /// Labels to value and timestamp; the kind decides the names.
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
    // Text in front of which no blank stands: those are not part of a help text.
    let help = proptest::option::of("[a-z\\\\\"\n][ a-z\\\\\"\n\u{e9}]{0,12}");
    let labels = proptest::collection::btree_map("[a-d][a-z0-9_]{0,3}", label_value(), 0..4);
    let series =
        proptest::collection::btree_map(labels, (number(), proptest::option::of(any::<i64>())), 0..6);
    (kind, help, series).prop_map(|(kind, help, series)| Source { kind, help, series })
}

fn escape(text: &str, quotes: bool) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    if quotes { text.replace('"', "\\\"") } else { text }
}

fn write(page: &mut String, name: &str, source: &Source, blank: &str) {
    if let Some(help) = &source.help {
        page.push_str(&format!("#{blank}HELP{blank}{name}{blank}{}\n", escape(help, false)));
    }
    page.push_str(&format!("# TYPE {name} {}{blank}\n", source.kind));
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
        page.push_str(&format!("{name}{suffix}{labels}{blank}{value:?}"));
        if let Some(timestamp) = timestamp {
            page.push_str(&format!("{blank}{timestamp}"));
        }
        page.push('\n');
    }
}

proptest! {
    #[test]
    fn reads_back_what_was_written(
        sources in proptest::collection::btree_map("x[a-z:_]{1,6}", source(), 0..5),
        blank in prop_oneof![Just(" "), Just("\t"), Just("  \t ")],
    ) {
        // A family that a neighbour's suffix would reach is another test's matter.
        let names: BTreeSet<&String> = sources.keys().collect();
        prop_assume!(!names.iter().any(|name| names.contains(&format!("{name}_bucket"))));

        let mut page = String::from("# a comment\n\n");
        for (name, source) in &sources {
            write(&mut page, name, source, blank);
        }
        let read = parse(&page).unwrap();

        prop_assert_eq!(compare(&read, &read), []);
        prop_assert_eq!(read.families().count(), sources.len());
        for (name, source) in &sources {
            let family = read.family(name).unwrap();
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
                let found = read.get(&sample.name, &sample.labels).unwrap();
                prop_assert_eq!(found, sample);
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(page in any::<String>()) {
        let _ = parse(&page);
    }

    #[test]
    fn no_text_of_the_formats_own_characters_makes_it_panic(
        page in "(# (HELP|TYPE) |[ab]|_bucket|_sum|le|[{}=,\"\\\\]|[ \t\n]|[0-9.+-]|NaN|histogram|summary|\u{e9}){0,40}",
    ) {
        let _ = parse(&page);
    }

    #[test]
    fn a_page_cut_anywhere_inside_a_line_is_an_error(cut in 0_usize..70) {
        let page = "# TYPE a counter\na{b=\"1\"} 1\n# TYPE c gauge\nc{d=\"\u{e9}\"} 2.5 17\n";
        prop_assume!(page.is_char_boundary(cut) && cut <= page.len());
        let part = &page[..cut];
        prop_assert_eq!(parse(part).is_ok(), part.is_empty() || part.ends_with('\n'));
    }
}
