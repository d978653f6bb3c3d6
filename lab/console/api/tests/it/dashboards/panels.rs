//! The data of panels.

use serde_json::json;

use super::{Lab, influx_panel, panel};
use crate::support::TRACE;

#[tokio::test]
async fn a_panel_has_the_points_of_its_source_and_its_queries() {
    let lab = Lab::with(&json!([panel(1, "timeseries", "up"), panel(2, "stat", "up")]), &json!([])).await;
    let lines = lab.data(&[1, 2], &json!({})).await;
    let series = &lines[&1];
    assert_eq!(
        (&series["error"], &series["from"], &series["to"]),
        (&json!(null), &json!(1_000_000_000), &json!(1_000_600_000))
    );
    assert_eq!((&series["view"]["kind"], &series["view"]["step_ms"]), (&json!("series"), &json!(1000)));
    let values: Vec<f64> = series["view"]["series"][0]["values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|value| value.as_f64().unwrap())
        .collect();
    assert_eq!(values, (0..=600).map(f64::from).collect::<Vec<_>>());
    assert_eq!(series["view"]["times"].as_array().unwrap().len(), 601);
    let query = &series["queries"][0];
    assert_eq!(
        (
            &query["ref"],
            &query["source"],
            &query["query"],
            &query["kind"],
            &query["step_ms"],
            &query["series"],
            &query["error"]
        ),
        (
            &json!("A"),
            &json!("prometheus"),
            &json!("up"),
            &json!("range"),
            &json!(1000),
            &json!(1),
            &json!(null)
        ),
    );
    let stat = &lines[&2];
    assert_eq!((&stat["view"]["kind"], &stat["view"]["values"][0]["value"]), (&json!("values"), &json!(7.0)));
    assert_eq!(stat["queries"][0]["kind"], "instant");
    assert_eq!((&stat["annotations"], series["annotations"].as_array().unwrap().len()), (&json!([]), 1));
    assert_eq!(
        series["annotations"][0],
        json!({"at": 1_000_005_000, "title": "a"}),
        "begins where the value is positive"
    );
}

#[tokio::test]
async fn an_influxdb_query_has_the_time_range_and_nulls_are_kept() {
    let query = r#"SELECT mean("p99") FROM "t" WHERE $timeFilter GROUP BY time($__interval) fill(null)"#;
    let lab = Lab::with(&json!([influx_panel(1, query)]), &json!([])).await;
    let line = &lab.data(&[1], &json!({})).await[&1];
    let expected = r#"SELECT mean("p99") FROM "t" WHERE time >= 1000000000ms and time <= 1000600000ms GROUP BY time(1s) fill(null)"#;
    assert_eq!(lab.sources.requested("q"), [expected]);
    assert_eq!(
        (&line["queries"][0]["query"], &line["queries"][0]["source"]),
        (&json!(expected), &json!("influxdb"))
    );
    assert_eq!(line["view"]["series"][0]["values"], json!([1.5, null, 2.5]));
}

#[tokio::test]
async fn a_wider_panel_requests_more_points() {
    let lab = Lab::with(&json!([panel(1, "timeseries", "up")]), &json!([])).await;
    for (width, step) in [(600, "1"), (60, "10"), (20, "30")] {
        let mut request = super::data_request(&[1], &json!({}));
        request["panels"][0]["width"] = json!(width);
        let response = lab.post("tea", &request).await;
        response.text().await.unwrap();
        let steps = lab.sources.requested("step");
        assert!(steps.contains(&step.to_owned()), "{width}: {steps:?}");
    }
}

#[tokio::test]
async fn selected_values_are_interpolated() {
    let job = json!({"name": "job", "type": "query", "query": "label_values(up, job)", "multi": true, "includeAll": true,
        "datasource": {"type": "prometheus", "uid": "prometheus"}});
    let lab = Lab::with(&json!([panel(1, "stat", r#"up{job=~"$job"}"#)]), &json!([job])).await;
    let line = &lab.data(&[1], &json!({"job": ["a", "b"]})).await[&1];
    assert_eq!(line["queries"][0]["query"], r#"up{job=~"(a|b)"}"#);
}

#[tokio::test]
async fn concurrent_identical_queries_are_sent_once() {
    let panels: Vec<_> = (1..=8).map(|id| panel(id, "timeseries", "up")).collect();
    let lab = Lab::with(&json!(panels), &json!([])).await;
    let ids: Vec<u64> = (1..=8).collect();
    let lines = lab.data(&ids, &json!({})).await;
    assert!(lines.values().all(|line| line["annotations"] == lines[&1]["annotations"]));
    let queries = lab.sources.requested("query");
    assert_eq!(queries.iter().filter(|query| *query == "ALERTS").count(), 1, "the annotations");
}

#[tokio::test]
async fn queries_are_counted_by_source_and_outcome() {
    let lab = Lab::with(&json!([panel(1, "stat", "up"), panel(2, "stat", "refused")]), &json!([])).await;
    let before = lab.web.scrape().await;
    for source in ["prometheus", "influxdb", "jaeger"] {
        for outcome in ["ok", "failed"] {
            let labels = [("source", source), ("outcome", outcome)];
            assert!(before.value("console_queries_total", &labels).abs() < 0.5, "exported from the start");
        }
        assert!(before.has("console_query_duration_seconds_count", &[("source", source)]));
    }
    assert!(before.has("console_event_streams", &[]));
    lab.data(&[1, 2], &json!({})).await;
    let after = lab.web.scrape().await;
    for (outcome, count) in [("ok", 1.0), ("failed", 1.0)] {
        let labels = [("source", "prometheus"), ("outcome", outcome)];
        assert_eq!(after.value("console_queries_total", &labels), count, "{outcome}");
    }
}

#[tokio::test]
async fn a_time_series_shows_the_exemplars_of_targets_that_enable_them() {
    let with_exemplars = |id, kind, expr| {
        let mut panel = panel(id, kind, expr);
        panel["targets"][0]["exemplar"] = json!(true);
        panel
    };
    let panels = json!([
        with_exemplars(1, "timeseries", r#"up{job="$job"}"#),
        panel(2, "timeseries", "down"),
        with_exemplars(3, "timeseries", "untraced"),
    ]);
    let job = json!({"name": "job", "type": "custom", "query": "a", "current": {"value": "a"}});
    let lab = Lab::with(&panels, &json!([job])).await;
    let lines = lab.data(&[1, 2, 3], &json!({})).await;
    let expected =
        json!([{"ref": "A", "at": 1_000_300_000, "value": 0.25, "labels": {"job": "a"}, "trace": TRACE}]);
    assert_eq!(lines[&1]["exemplars"], expected);
    assert_eq!(lines[&2]["exemplars"], json!([]));
    // A failure leaves the lines.
    assert_eq!((&lines[&3]["exemplars"], &lines[&3]["error"]), (&json!([]), &json!(null)));
    assert_eq!(lines[&3]["view"]["kind"], "series");
    let queries = lab.sources.requested("query");
    assert_eq!(
        queries.iter().filter(|query| *query == r#"up{job="a"}"#).count(),
        2,
        "the points and the exemplars"
    );
    assert_eq!(queries.iter().filter(|query| *query == "down").count(), 1);
}
