//! Compares the counts with those of Go's two libraries, which a Go program prints for the same ends of calls.

#[allow(dead_code)]
#[path = "../it/prometheus/scrape.rs"]
mod scrape;
#[allow(dead_code)]
#[path = "../it/prometheus/support.rs"]
mod support;

mod go_program;
mod scenarios;

use std::collections::BTreeMap;

/// Started, handled by code, received and sent, by scenario and side.
type Counts = BTreeMap<(String, String), String>;

/// A scenario and side, with the counts of `go-grpc-prometheus` 1.2.0, of the provider in `go-grpc-middleware` 1.1.1 and
/// of this crate. `*` is any count.
const EXPECTED: [(&str, &str, [&str; 3]); 21] = [
    ("unary ok", "server", ["1|OK=1|1|1", "1|OK=1|1|1", "1|OK=1|1|1"]),
    ("unary ok", "client", ["1|OK=1|0|1", "1|OK=1|1|1", "1|OK=1|1|1"]),
    ("unary failed", "server", [FAILED_UNARY; 3]),
    ("unary failed", "client", ["1|FailedPrecondition=1|1|1", FAILED_CLIENT, FAILED_CLIENT]),
    ("unary canceled", "server", ["1|Unknown=1|1|0", "1|Canceled=1|1|0", "1|Canceled=1|1|0"]),
    ("unary canceled", "client", ["1|Canceled=1|1|1", "1|Canceled=1|0|1", "1|Canceled=1|0|1"]),
    ("unary refused", "client", ["1|Unavailable=1|1|1", "1|Unavailable=1|0|1", "1|Unavailable=1|0|0"]),
    ("105 unary, 5 failed", "server", ["105|FailedPrecondition=5 OK=100|105|100"; 3]),
    (
        "105 unary, 5 failed",
        "client",
        [
            "105|FailedPrecondition=5 OK=100|5|105",
            "105|FailedPrecondition=5 OK=100|100|105",
            "105|FailedPrecondition=5 OK=100|100|105",
        ],
    ),
    ("server stream ok", "server", ["1|OK=1|1|2"; 3]),
    ("server stream ok", "client", ["1|OK=1|2|1"; 3]),
    ("server stream failed", "server", ["1|FailedPrecondition=1|1|2"; 3]),
    ("server stream failed", "client", ["1|FailedPrecondition=1|2|1"; 3]),
    ("server stream left", "server", ["1|Unknown=1|1|2", "1|Canceled=1|1|2", "1|Canceled=1|1|2"]),
    // Both replies may have arrived.
    ("server stream left", "client", ["1||1|1", "1||1|1", "1|Canceled=1|*|1"]),
    ("server stream not read", "server", ["1|OK=1|1|2"; 3]),
    ("server stream not read", "client", ["1||2|1", "1||2|1", "1|Canceled=1|2|1"]),
    ("client stream ok", "server", ["1|OK=1|3|1"; 3]),
    ("client stream ok", "client", ["1||1|3", "1||1|3", "1|OK=1|1|3"]),
    ("bidi stream ok", "server", ["1|OK=1|2|2"; 3]),
    ("bidi stream ok", "client", ["1|OK=1|2|2"; 3]),
];
const FAILED_UNARY: &str = "1|FailedPrecondition=1|1|0";
const FAILED_CLIENT: &str = "1|FailedPrecondition=1|0|1";

fn assert_counts(library: &str, counts: &Counts, column: usize) {
    for (scenario, side, expected) in EXPECTED {
        let counted = counts.get(&(scenario.to_owned(), side.to_owned())).map_or("none", String::as_str);
        let (counted_parts, expected_parts) = (counted.split('|'), expected[column].split('|'));
        let equal = counted_parts.clone().count() == expected_parts.clone().count()
            && counted_parts
                .zip(expected_parts)
                .all(|(counted, expected)| expected == "*" || counted == expected);
        assert!(equal, "{library}, {scenario}, {side}: {counted}, expected {}", expected[column]);
    }
}

#[test]
#[ignore = "needs Go: GO is its path"]
fn gos_libraries_count_as_the_readme_says() {
    let (old, new) = go_program::run();
    assert_counts("go-grpc-prometheus", &old, 0);
    assert_counts("go-grpc-middleware's provider", &new, 1);
}

#[tokio::test]
#[ignore = "runs with the comparison, which needs Go: GO is its path"]
async fn this_crate_counts_as_the_readme_says() {
    assert_counts("grpc-telemetry", &scenarios::run().await, 2);
}
