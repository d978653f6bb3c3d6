//! A failed query fails its panel with the reason, and no other panel.

use serde_json::{Value, json};

use super::{Lab, influx_panel, panel};
use crate::support::{Console, DataSources, Files};

#[tokio::test]
async fn each_failure_is_reported_with_its_query_and_other_panels_succeed() {
    let panels = json!([
        panel(1, "timeseries", "up"),
        panel(2, "timeseries", "hang"),
        panel(3, "timeseries", "broken"),
        panel(4, "timeseries", "nonsense"),
        panel(5, "timeseries", "huge"),
        panel(6, "timeseries", "refused"),
        panel(7, "timeseries", "many"),
        panel(8, "timeseries", "long"),
        influx_panel(9, "SELECT broken FROM t WHERE $timeFilter"),
        influx_panel(10, "SELECT fine FROM t WHERE $timeFilter"),
    ]);
    let lab = Lab::with_timeout(&panels, &json!([]), "2s").await;
    let ids: Vec<u64> = (1..=10).collect();
    let lines = lab.data(&ids, &json!({})).await;
    for id in [1, 10] {
        assert_eq!(lines[&id]["error"], Value::Null);
        assert_eq!(lines[&id]["view"]["kind"], "series");
    }
    for (id, query, reason) in [
        (2, "query A: hang", "Prometheus cannot be reached: no answer in 2s"),
        (3, "query A: broken", "Prometheus answers 500: it broke"),
        (4, "query A: nonsense", "Prometheus answers something unexpected"),
        (5, "query A: huge", "Prometheus answers more than 4194304 bytes"),
        (6, "query A: refused", "Prometheus answers 400: that is no query"),
        (7, "query A: many", "Prometheus returned 501 series, more than 500"),
        (8, "query A: long", "Prometheus returned 11001 points in a series, more than 11000"),
        (9, "query A: SELECT broken FROM t WHERE ", "InfluxDB answers 500: it broke"),
    ] {
        let line = &lines[&id];
        let error = line["error"].as_str().unwrap();
        let (first, rest) = error.split_once('\n').expect("the reason, then the query");
        assert!(first.starts_with(reason) && rest.starts_with(query), "{error}");
        assert_eq!(line["view"], Value::Null, "{error}");
        assert!(first.ends_with(line["queries"][0]["error"].as_str().unwrap()), "{error}");
        // Other queries got responses meanwhile.
        assert_eq!(line["down"], json!([]), "{error}");
    }
}

#[tokio::test]
async fn panels_name_the_data_source_that_is_down_and_since_when() {
    let job = json!({"name": "job", "type": "query", "query": "label_values(up, job)",
        "datasource": {"type": "prometheus", "uid": "prometheus"}});
    let panels = json!([
        panel(1, "timeseries", "up"),
        panel(2, "timeseries", r#"up{job="$job"}"#),
        influx_panel(3, "SELECT fine FROM t WHERE $timeFilter"),
    ]);
    let files = Files::new().with("dashboards/echo/tea.json", super::dashboard(&panels, &json!([job])));
    let sources = DataSources::start().await;
    let web = Console::with(files, |config| config.settings.influxdb = sources.url()).await;
    let lab = Lab { web, sources };
    let first = lab.data(&[1, 2, 3], &json!({})).await;
    for id in [1, 2] {
        let [down] = first[&id]["down"].as_array().unwrap().as_slice() else { panic!("{}", first[&id]) };
        assert_eq!(down["source"], "prometheus");
        assert!(down["reason"].as_str().unwrap().starts_with("cannot be reached: "), "{down}");
    }
    assert_eq!((&first[&3]["error"], &first[&3]["down"]), (&Value::Null, &json!([])));
    let again = lab.data(&[1], &json!({})).await;
    assert_eq!(again[&1]["down"][0]["since"], first[&1]["down"][0]["since"]);
}

#[tokio::test]
async fn a_source_that_hangs_does_not_delay_the_other_one() {
    let mut panels: Vec<Value> = (1..=20).map(|id| panel(id, "timeseries", &format!("hang{id}"))).collect();
    panels.push(influx_panel(21, "SELECT fine FROM t WHERE $timeFilter"));
    let lab = Lab::with(&json!(panels), &json!([])).await;
    let ids: Vec<u64> = (1..=21).collect();
    let mut response = lab.post("tea", &super::data_request(&ids, &json!({}))).await;
    let first = response.chunk().await.unwrap().expect("a line");
    let first: Value = serde_json::from_slice(&first).unwrap();
    assert_eq!((&first["id"], &first["error"]), (&json!(21), &Value::Null));
    let hanging = lab.sources.requested("query").iter().filter(|query| query.contains("hang")).count();
    assert!(hanging <= 8, "{hanging} concurrent");
}

#[tokio::test]
async fn a_variable_without_options_fails_the_panels_that_use_it() {
    let job = json!({"name": "job", "type": "query", "query": "label_values(broken, job)",
        "datasource": {"type": "prometheus", "uid": "prometheus"}});
    let panels = json!([panel(1, "stat", r#"up{job="$job"}"#), panel(2, "stat", "up")]);
    let lab = Lab::with(&panels, &json!([job])).await;
    let lines = lab.data(&[1, 2], &json!({})).await;
    let error = lines[&1]["error"].as_str().unwrap();
    assert!(error.contains("variable $job: answers 500: it broke"), "{error}");
    assert_eq!(lines[&2]["error"], Value::Null);
}

#[tokio::test]
async fn an_unsupported_feature_is_reported_and_not_drawn() {
    let panels = json!([panel(1, "canvas", "up"), panel(2, "stat", "rate(up[$__made_up])")]);
    let lab = Lab::with(&panels, &json!([])).await;
    let lines = lab.data(&[1, 2], &json!({})).await;
    for (id, what) in [(1, "canvas"), (2, "$__made_up")] {
        let error = lines[&id]["error"].as_str().unwrap();
        assert!(error.starts_with("not supported here") && error.contains(what), "{error}");
    }
}
