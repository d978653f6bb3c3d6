//! Each breach of the format is named, with its line.

use prometheus_text::parse;

#[track_caller]
fn refused(page: &str, message: &str) {
    assert_eq!(parse(page).unwrap_err().to_string(), message);
}

#[test]
fn names() {
    refused("1a 1\n", "line 1: `1a` is not a metric's name");
    refused("a.b 1\n", "line 1: `a.b` is not a metric's name");
    refused("\n{a=\"b\"} 1\n", "line 2: `` is not a metric's name");
    refused("a{b:c=\"d\"} 1\n", "line 1: `b:c` is not a label's name");
    refused("a{\"b.c\"=\"d\"} 1\n", "line 1: `` is not a label's name");
}

#[test]
fn labels() {
    refused("a{b} 1\n", "line 1: label `b` has no quoted value");
    refused("a{b=\"c} 1\n", "line 1: label `b` has no quoted value");
    refused("a{b=\"c\\\"} 1\n", "line 1: label `b` has no quoted value");
    refused("a{b=\"1\",b=\"2\"} 1\n", "line 1: label `b` stands twice");
    refused("a{b=\"1\" c=\"2\"} 1\n", "line 1: labels without a `,` between or a `}` at the end");
    refused("a{b=\"\\t\"} 1\n", "line 1: `\\t` is not an escape sequence");
    refused("# HELP a \\\"\na 1\n", "line 1: `\\\"` is not an escape sequence");
}

#[test]
fn values() {
    refused("a\n", "line 1: `` is not a number");
    refused("a one\n", "line 1: `one` is not a number");
    refused("a 1\r\n", "line 1: `1\r` is not a number");
    refused("a 1 2.5\n", "line 1: `2.5` is not a time in milliseconds");
    refused("a 1 2 3\n", "line 1: unexpected ` 3` at the end");
}

#[test]
fn families() {
    refused(
        "# TYPE a info\n",
        "line 1: `info` is not a type; there are counter, gauge, histogram, summary, untyped",
    );
    refused(
        "# TYPE a gauge\n# TYPE a gauge\n",
        "line 2: a second TYPE line for `a`, or one after its samples",
    );
    refused("a 1\n# TYPE a gauge\n", "line 2: a second TYPE line for `a`, or one after its samples");
    refused("# HELP a b\n# HELP a b\n", "line 2: a second HELP line for `a`");
    refused("a{x=\"1\"} 1\nb 1\na{x=\"2\"} 1\n", "line 3: `a` continues here after other families");
    refused("a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\n", "line 2: series a{x=\"1\",y=\"2\"} stands twice");
}

#[test]
fn histograms_and_summaries() {
    refused("# TYPE a histogram\na 1\n", "line 2: `a` cannot be a part of histogram `a`");
    refused("# TYPE a histogram\na_bucket 1\n", "line 2: a_bucket needs a number in its label `le`");
    refused(
        "# TYPE a summary\na{quantile=\"x\"} 1\n",
        "line 2: a{quantile=\"x\"} needs a number in its label `quantile`",
    );
}

#[test]
fn a_page_that_ends_within_a_line() {
    refused("a 1\nb 12", "line 2: the last line has no line feed: the page may be cut off");
}
