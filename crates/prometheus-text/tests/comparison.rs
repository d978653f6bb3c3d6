//! Two pages that should say the same.

use prometheus_text::{Exposition, compare, compare_between, parse};

fn page(text: &str) -> Exposition {
    parse(text).unwrap()
}

#[track_caller]
fn differ(expected: &str, actual: &str, messages: &[&str]) {
    let found: Vec<String> =
        compare(&page(expected), &page(actual)).iter().map(ToString::to_string).collect();
    assert_eq!(found, messages);
}

#[test]
fn order_help_timestamps_and_spelling_of_numbers_do_not_matter() {
    differ(
        "# HELP a x\na{b=\"1\"} 1e3\na{b=\"2\"} NaN\nc +Inf\n",
        "c Inf\na{b=\"2\"} nan\na{b=\"1\"} 1000.0 5\n",
        &[],
    );
}

#[test]
fn families_series_types_and_values_are_named() {
    differ("a 1\nb 1\n", "b 1\nc 1\n", &["family a is missing", "family c is not expected"]);
    differ("# TYPE a gauge\na 1\n", "# TYPE a counter\na 1\n", &["family a is a counter, not a gauge"]);
    differ(
        "a{b=\"1\"} 1\na{b=\"2\"} 2\n",
        "a{b=\"2\"} 3\na{b=\"3\"} 1\n",
        &["series a{b=\"1\"} is missing", "a{b=\"2\"} is 3, not 2", "series a{b=\"3\"} is not expected"],
    );
    differ("a 1\n", "a NaN\n", &["a is NaN, not 1"]);
}

#[test]
fn only_sums_may_differ_by_their_last_digits() {
    let histogram = |sum: &str| format!("# TYPE a histogram\na_count 3\na_sum {sum}\n");
    differ(&histogram("0.3"), &histogram("0.30000000000000004"), &[]);
    differ(&histogram("0.3"), &histogram("0.31"), &["a_sum is 0.31, not 0.3"]);
    differ(
        "# TYPE a gauge\na 0.3\n",
        "# TYPE a gauge\na 0.30000000000000004\n",
        &["a is 0.30000000000000004, not 0.3"],
    );
}

#[test]
fn a_live_counter_lies_between_two_readings() {
    let counter = |value: u32| page(&format!("# TYPE a counter\na {value}\n"));
    assert!(compare_between(&counter(5), &counter(9), &counter(7)).is_empty());
    let found = compare_between(&counter(5), &counter(9), &counter(10));
    assert_eq!(found[0].to_string(), "a is 10, not within 5 and 9");
    assert_eq!(compare_between(&counter(5), &counter(5), &counter(6)).len(), 1);
}

#[test]
fn a_live_gauge_is_judged_only_at_rest() {
    let gauge = |value: u32| page(&format!("# TYPE a gauge\na {value}\n"));
    assert!(compare_between(&gauge(5), &gauge(9), &gauge(70)).is_empty());
    assert_eq!(compare_between(&gauge(5), &gauge(5), &gauge(6)).len(), 1);
}

#[test]
fn what_appears_between_two_readings_may_be_there_or_not() {
    let (before, after) = (page("a 1\n"), page("a 1\nb 1\n"));
    assert!(compare_between(&before, &after, &before).is_empty());
    assert!(compare_between(&before, &after, &after).is_empty());
    assert_eq!(compare_between(&before, &after, &page("b 1\n"))[0].to_string(), "family a is missing");
    assert_eq!(
        compare_between(&before, &after, &page("a 1\nc 1\n"))[0].to_string(),
        "family c is not expected"
    );
}
