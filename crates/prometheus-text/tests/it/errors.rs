//! Errors state the violation and its line.

use prometheus_text::parse;

#[track_caller]
fn assert_error(text: &str, message: &str) {
    assert_eq!(parse(text).unwrap_err().to_string(), message);
}

#[test]
fn invalid_names() {
    assert_error("1a 1\n", "line 1: `1a` is not a valid metric name");
    assert_error("a.b 1\n", "line 1: `a.b` is not a valid metric name");
    assert_error("\n{a=\"b\"} 1\n", "line 2: `` is not a valid metric name");
    assert_error("a{b:c=\"d\"} 1\n", "line 1: `b:c` is not a valid label name");
    assert_error("a{\"b.c\"=\"d\"} 1\n", "line 1: `` is not a valid label name");
}

#[test]
fn invalid_labels() {
    assert_error("a{b} 1\n", "line 1: label `b` has no quoted value");
    assert_error("a{b=\"c} 1\n", "line 1: label `b` has no quoted value");
    assert_error("a{b=\"c\\\"} 1\n", "line 1: label `b` has no quoted value");
    assert_error("a{b=\"1\",b=\"2\"} 1\n", "line 1: duplicate label `b`");
    assert_error("a{b=\"1\" c=\"2\"} 1\n", "line 1: expected `,` or `}` after a label");
    assert_error("a{b=\"\\t\"} 1\n", "line 1: `\\t` is not a valid escape sequence");
    assert_error("# HELP a \\\"\na 1\n", "line 1: `\\\"` is not a valid escape sequence");
}

#[test]
fn invalid_values_and_timestamps() {
    assert_error("a\n", "line 1: `` is not a number");
    assert_error("a one\n", "line 1: `one` is not a number");
    assert_error("a 1\r\n", "line 1: `1\r` is not a number");
    assert_error("a 1 2.5\n", "line 1: `2.5` is not a timestamp in milliseconds");
    assert_error("a 1 2 3\n", "line 1: unexpected ` 3` at the end of the line");
}

#[test]
fn invalid_families() {
    assert_error(
        "# TYPE a info\n",
        "line 1: unknown type `info`: expected counter, gauge, histogram, summary or untyped",
    );
    assert_error(
        "# TYPE a gauge\n# TYPE a gauge\n",
        "line 2: a second TYPE line for `a`, or one after its samples",
    );
    assert_error("a 1\n# TYPE a gauge\n", "line 2: a second TYPE line for `a`, or one after its samples");
    assert_error("# HELP a b\n# HELP a b\n", "line 2: a second HELP line for `a`");
    assert_error("a{x=\"1\"} 1\nb 1\na{x=\"2\"} 1\n", "line 3: the lines of `a` are not contiguous");
    assert_error(
        "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\n",
        "line 2: duplicate series a{x=\"1\",y=\"2\"}",
    );
}

#[test]
fn invalid_samples_of_histograms_and_summaries() {
    assert_error("# TYPE a histogram\na 1\n", "line 2: `a` is not a sample of histogram `a`");
    assert_error("# TYPE a histogram\na_bucket 1\n", "line 2: a_bucket needs a number in its label `le`");
    assert_error(
        "# TYPE a summary\na{quantile=\"x\"} 1\n",
        "line 2: a{quantile=\"x\"} needs a number in its label `quantile`",
    );
}

#[test]
fn a_truncated_line() {
    assert_error("a 1\nb 12", "line 2: the last line has no line feed: the text may be truncated");
}
