//! Differences between expositions.

use prometheus_text::{Exposition, compare, compare_between, parse};

fn exposition(text: &str) -> Exposition {
    parse(text).unwrap()
}

#[track_caller]
fn assert_differences(expected: &str, actual: &str, messages: &[&str]) {
    let differences: Vec<String> =
        compare(&exposition(expected), &exposition(actual)).iter().map(ToString::to_string).collect();
    assert_eq!(differences, messages);
}

#[test]
fn ignores_order_help_timestamps_and_notation_of_numbers() {
    assert_differences(
        "# HELP a x\na{b=\"1\"} 1e3\na{b=\"2\"} NaN\nc +Inf\n",
        "c Inf\na{b=\"2\"} nan\na{b=\"1\"} 1000.0 5\n",
        &[],
    );
}

#[test]
fn names_differing_families_types_series_and_values() {
    assert_differences("a 1\nb 1\n", "b 1\nc 1\n", &["family a is missing", "family c is not expected"]);
    assert_differences(
        "# TYPE a gauge\na 1\n",
        "# TYPE a counter\na 1\n",
        &["family a is a counter, not a gauge"],
    );
    assert_differences(
        "a{b=\"1\"} 1\na{b=\"2\"} 2\n",
        "a{b=\"2\"} 3\na{b=\"3\"} 1\n",
        &["series a{b=\"1\"} is missing", "a{b=\"2\"} is 3, not 2", "series a{b=\"3\"} is not expected"],
    );
    assert_differences("a 1\n", "a NaN\n", &["a is NaN, not 1"]);
}

#[test]
fn allows_rounding_errors_in_sums_only() {
    let histogram = |sum: &str| format!("# TYPE a histogram\na_count 3\na_sum {sum}\n");
    assert_differences(&histogram("0.3"), &histogram("0.30000000000000004"), &[]);
    assert_differences(&histogram("0.3"), &histogram("0.31"), &["a_sum is 0.31, not 0.3"]);
    assert_differences(
        "# TYPE a gauge\na 0.3\n",
        "# TYPE a gauge\na 0.30000000000000004\n",
        &["a is 0.30000000000000004, not 0.3"],
    );
}

#[test]
fn a_counter_must_lie_between_the_scrapes() {
    let counter = |value: u32| exposition(&format!("# TYPE a counter\na {value}\n"));
    assert!(compare_between(&counter(5), &counter(9), &counter(7)).is_empty());
    let differences = compare_between(&counter(5), &counter(9), &counter(10));
    assert_eq!(differences[0].to_string(), "a is 10, not between 5 and 9");
    assert_eq!(compare_between(&counter(5), &counter(5), &counter(6)).len(), 1);
}

#[test]
fn a_gauge_is_compared_only_if_both_scrapes_agree() {
    let gauge = |value: u32| exposition(&format!("# TYPE a gauge\na {value}\n"));
    assert!(compare_between(&gauge(5), &gauge(9), &gauge(70)).is_empty());
    assert_eq!(compare_between(&gauge(5), &gauge(5), &gauge(6)).len(), 1);
}

#[test]
fn a_family_in_one_scrape_only_is_optional() {
    let (before, after) = (exposition("a 1\n"), exposition("a 1\nb 1\n"));
    assert!(compare_between(&before, &after, &before).is_empty());
    assert!(compare_between(&before, &after, &after).is_empty());
    assert_eq!(compare_between(&before, &after, &exposition("b 1\n"))[0].to_string(), "family a is missing");
    assert_eq!(
        compare_between(&before, &after, &exposition("a 1\nc 1\n"))[0].to_string(),
        "family c is not expected"
    );
}
