//! Requests are validated before any query is sent, and values cannot change the structure of a query.

use serde_json::{Value, json};

use super::{Lab, data_request, panel};
use crate::support::{HOSTILE, problem_of};

fn variable(more: &Value) -> Value {
    let mut variable = json!({"name": "job", "type": "query", "query": "label_values(up, job)",
        "datasource": {"type": "prometheus", "uid": "prometheus"}});
    variable.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!([variable])
}

#[tokio::test]
async fn a_value_that_is_not_an_option_is_refused_without_a_query() {
    for more in [json!({}), json!({"multi": true, "includeAll": true, "allValue": ".*"})] {
        let lab = Lab::with(&json!([panel(1, "stat", r#"up{job=~"$job"}"#)]), &variable(&more)).await;
        for wrong in [r#"a"} or vector(1) or up{job=""#, ".*", "a|b", "c", "$job", "${__all}"] {
            let line = &lab.data(&[1], &json!({"job": [wrong]})).await[&1];
            let error = line["error"].as_str().unwrap();
            assert!(error.contains("$job") && error.contains("(it has 3 options now)"), "{error}");
            assert_eq!((&line["view"], &line["queries"]), (&json!(null), &json!([])));
        }
        assert_eq!(lab.sources.requested("query"), [""; 0]);
    }
}

#[tokio::test]
async fn a_hostile_label_stays_inside_its_string() {
    let lab = Lab::with(&json!([panel(1, "stat", r#"up{job="$job"}"#)]), &variable(&json!({}))).await;
    lab.data(&[1], &json!({"job": [HOSTILE]})).await;
    let escaped = HOSTILE.replace('\\', r"\\").replace('"', "\\\"");
    assert_eq!(lab.sources.requested("query"), [format!(r#"up{{job="{escaped}"}}"#)]);

    let several = variable(&json!({"multi": true}));
    let lab = Lab::with(&json!([panel(1, "stat", r#"up{job=~"$job"}"#)]), &several).await;
    lab.data(&[1], &json!({"job": ["a", HOSTILE]})).await;
    let query = lab.sources.requested("query").remove(0);
    let inside = query.strip_prefix(r#"up{job=~""#).and_then(|rest| rest.strip_suffix(r#""}"#)).unwrap();
    let mut escaped = false;
    let ends = inside.chars().any(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    assert!(!ends && !escaped, "{query}");
}

#[tokio::test]
async fn typed_text_is_limited_to_harmless_characters() {
    let textbox = json!([{"name": "word", "type": "textbox", "query": "tea"}]);
    let lab = Lab::with(&json!([panel(1, "stat", "up{word=\"$word\"}[$word]")]), &textbox).await;
    let line = &lab.data(&[1], &json!({"word": ["1m]) or vector(1"]})).await[&1];
    assert!(line["error"].as_str().unwrap().contains("letters"), "{line}");
    lab.data(&[1], &json!({"word": ["5m"]})).await;
    assert_eq!(lab.sources.requested("query"), [r#"up{word="5m"}[5m]"#]);
}

#[tokio::test]
async fn only_provisioned_dashboards_and_panels_are_queried() {
    let lab = Lab::with(&json!([panel(1, "stat", "up")]), &json!([])).await;
    let (status, _) = problem_of(lab.post("coffee", &data_request(&[1], &json!({}))).await).await;
    assert_eq!((status, lab.web.problem("/api/dashboards/coffee").await.0), (404, 404));
    let line = &lab.data(&[7], &json!({})).await[&7];
    assert_eq!((&line["error"], &line["view"]), (&json!("there is no panel 7"), &json!(null)));
    assert_eq!(lab.sources.requested("query"), [""; 0]);
}

#[tokio::test]
async fn a_request_with_unknown_fields_is_refused() {
    let lab = Lab::with(&json!([panel(1, "stat", "up")]), &json!([])).await;
    for (place, key) in [("", "query"), ("/panels/0", "targets"), ("/panels/0", "expr")] {
        let mut request = data_request(&[1], &json!({}));
        request.pointer_mut(place).unwrap()[key] = json!("vector(1)");
        let (status, problem) = problem_of(lab.post("tea", &request).await).await;
        assert_eq!(status, 422);
        assert!(problem["detail"].as_str().unwrap().contains(key), "{problem}");
    }
}

#[tokio::test]
async fn a_request_over_a_limit_is_refused_with_the_limit() {
    let lab = Lab::with(&json!([panel(1, "stat", "up")]), &json!([])).await;
    let week = 7 * 24 * 3_600_000_u64;
    let many: Vec<_> = (0..201).map(|_| json!({"id": 1, "width": 1})).collect();
    for (key, value, limit) in [
        ("/to", json!((1_000_000_000 + week + 1).to_string()), "7 days"),
        ("/from", json!("now-8d"), "7 days"),
        ("/panels/0/width", json!(4001), "4000"),
        ("/panels/0/width", json!(0), "1 to 4000"),
        ("/panels", json!(many), "200"),
        ("/to", json!("tomorrow"), "tomorrow"),
        ("/to", json!("999999999"), "empty"),
    ] {
        let mut request = data_request(&[1], &json!({}));
        *request.pointer_mut(key).unwrap() = value;
        if key == "/from" {
            request["to"] = json!("now");
        }
        let (status, problem) = problem_of(lab.post("tea", &request).await).await;
        assert_eq!(status, 400, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(limit), "{problem}");
    }
    assert_eq!(lab.sources.requested("query"), [""; 0]);
}
