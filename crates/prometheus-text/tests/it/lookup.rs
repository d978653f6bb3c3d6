//! Look-up by name and by some or all labels.

use prometheus_text::{Family, Kind, parse};

const TEXT: &str = r#"# HELP calls_total Number of calls.
# TYPE calls_total counter
calls_total{method="a",code="OK"} 3
calls_total{method="a",code="Internal"} 1
calls_total{method="b",code="OK"} 5
# TYPE seconds histogram
seconds_bucket{le="0.5"} 1
seconds_bucket{le="+Inf"} 2
seconds_sum 1.5
seconds_count 2
# TYPE seconds_max gauge
seconds_max 1
"#;

#[test]
fn finds_samples_by_name_and_some_labels() {
    let exposition = parse(TEXT).unwrap();
    assert_eq!(exposition.value("calls_total", &[("method", "b")]), Some(5.0));
    assert_eq!(exposition.value("calls_total", &[("method", "a")]), None, "two series match");
    assert_eq!(exposition.value("calls_total", &[("method", "c")]), None);
    let codes: Vec<_> =
        exposition.matching("calls_total", &[("method", "a")]).filter_map(|s| s.labels.get("code")).collect();
    assert_eq!(codes, ["Internal", "OK"]);
}

#[test]
fn samples_of_a_histogram_belong_to_its_family() {
    let exposition = parse(TEXT).unwrap();
    assert_eq!(exposition.series("seconds_bucket").len(), 2);
    assert_eq!(exposition.value("seconds_bucket", &[("le", "+Inf")]), Some(2.0));
    assert_eq!(exposition.value("seconds_count", &[]), Some(2.0));
    let family = exposition.family("seconds").unwrap();
    assert_eq!((family.kind(), family.samples().len()), (Kind::Histogram, 4));
    assert_eq!(exposition.family("seconds_max").unwrap().kind(), Kind::Gauge);
    assert!(exposition.family("seconds_count").is_none());
}

#[test]
fn a_declared_family_takes_precedence_over_a_histogram_suffix() {
    let exposition = parse("# TYPE a_count counter\na_count 1\n# TYPE a histogram\na_sum 2\n").unwrap();
    assert_eq!(exposition.family("a_count").unwrap().kind(), Kind::Counter);
    assert_eq!(exposition.series_count(), 2);
}

#[test]
fn removes_labels_that_a_relay_added() {
    let direct = parse("a{x=\"1\"} 1\n").unwrap();
    let relayed = parse("a{instance=\"i\",job=\"j\",x=\"1\"} 1\n").unwrap();
    assert_eq!(relayed.without_labels(&["job", "instance"]), direct);
}

#[test]
fn renders_a_series_with_escaped_labels() {
    let exposition = parse("a{b=\"x\\n\\\"\\\\\",a=\"\"} 1\n").unwrap();
    assert_eq!(exposition.series("a")[0].to_string(), "a{a=\"\",b=\"x\\n\\\"\\\\\"}");
}

#[test]
fn only_samples_with_the_label_and_their_families_are_kept() {
    let page =
        parse("# TYPE a counter\na{job=\"x\"} 1\na{job=\"y\"} 2\n# TYPE b gauge\nb{job=\"y\"} 3\nb 4\n")
            .unwrap();
    let kept = page.with_label("job", "x");
    assert_eq!(kept.families().map(Family::name).collect::<Vec<_>>(), ["a"]);
    assert_eq!(kept.series("a").iter().map(|sample| sample.value).collect::<Vec<_>>(), [1.0]);
}
