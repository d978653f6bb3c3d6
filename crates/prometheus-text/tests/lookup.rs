//! Series are found by name and by some or all of their labels.

use prometheus_text::{Kind, parse};

const PAGE: &str = r#"# HELP calls_total How many.
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
fn by_name_and_some_labels() {
    let page = parse(PAGE).unwrap();
    assert_eq!(page.value("calls_total", &[("method", "b")]), Some(5.0));
    assert_eq!(page.value("calls_total", &[("method", "a")]), None, "two series match");
    assert_eq!(page.value("calls_total", &[("method", "c")]), None);
    let codes: Vec<_> =
        page.matching("calls_total", &[("method", "a")]).filter_map(|s| s.labels.get("code")).collect();
    assert_eq!(codes, ["Internal", "OK"]);
}

#[test]
fn a_histograms_parts_belong_to_it() {
    let page = parse(PAGE).unwrap();
    assert_eq!(page.series("seconds_bucket").len(), 2);
    assert_eq!(page.value("seconds_bucket", &[("le", "+Inf")]), Some(2.0));
    assert_eq!(page.value("seconds_count", &[]), Some(2.0));
    let family = page.family("seconds").unwrap();
    assert_eq!((family.kind(), family.samples().len()), (Kind::Histogram, 4));
    assert_eq!(page.family("seconds_max").unwrap().kind(), Kind::Gauge);
    assert!(page.family("seconds_count").is_none());
}

#[test]
fn a_family_of_its_own_is_not_a_histograms_part() {
    let page = parse("# TYPE a_count counter\na_count 1\n# TYPE a histogram\na_sum 2\n").unwrap();
    assert_eq!(page.family("a_count").unwrap().kind(), Kind::Counter);
    assert_eq!(page.series_count(), 2);
}

#[test]
fn labels_that_a_relay_added_can_be_taken_away() {
    let direct = parse("a{x=\"1\"} 1\n").unwrap();
    let relayed = parse("a{instance=\"i\",job=\"j\",x=\"1\"} 1\n").unwrap();
    assert_eq!(relayed.without_labels(&["job", "instance"]), direct);
}

#[test]
fn a_series_prints_as_prometheus_writes_it() {
    let page = parse("a{b=\"x\\n\\\"\\\\\",a=\"\"} 1\n").unwrap();
    assert_eq!(page.series("a")[0].to_string(), "a{a=\"\",b=\"x\\n\\\"\\\\\"}");
}
