//! Nothing that a browser or a label says gets out of its place in a query.

use serde_json::{Value, json};

use super::{Lab, panel, wanted};
use crate::lab::problem_of;
use crate::source::HOSTILE;

fn variable(more: &Value) -> Value {
    let mut variable = json!({"name": "job", "type": "query", "query": "label_values(up, job)",
        "datasource": {"type": "prometheus", "uid": "prometheus"}});
    variable.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!([variable])
}

#[tokio::test]
async fn a_value_that_is_no_option_is_refused_and_nothing_is_asked() {
    for more in [json!({}), json!({"multi": true, "includeAll": true, "allValue": ".*"})] {
        let lab = Lab::with(&json!([panel(1, "stat", r#"up{job=~"$job"}"#)]), &variable(&more)).await;
        for wrong in [r#"a"} or vector(1) or up{job=""#, ".*", "a|b", "c", "$job", "${__all}"] {
            let line = &lab.data(&[1], &json!({"job": [wrong]})).await[&1];
            let error = line["error"].as_str().unwrap();
            assert!(error.contains("$job") && error.contains("(it has 3 options now)"), "{error}");
            assert_eq!((&line["view"], &line["queries"]), (&json!(null), &json!([])));
        }
        assert_eq!(lab.source.asked("query"), [""; 0]);
    }
}

#[tokio::test]
async fn a_hostile_label_stays_inside_its_string() {
    let lab = Lab::with(&json!([panel(1, "stat", r#"up{job="$job"}"#)]), &variable(&json!({}))).await;
    lab.data(&[1], &json!({"job": [HOSTILE]})).await;
    let escaped = HOSTILE.replace('\\', r"\\").replace('"', "\\\"");
    assert_eq!(lab.source.asked("query"), [format!(r#"up{{job="{escaped}"}}"#)]);

    let several = variable(&json!({"multi": true}));
    let lab = Lab::with(&json!([panel(1, "stat", r#"up{job=~"$job"}"#)]), &several).await;
    lab.data(&[1], &json!({"job": ["a", HOSTILE]})).await;
    let asked = lab.source.asked("query").remove(0);
    let inside = asked.strip_prefix(r#"up{job=~""#).and_then(|rest| rest.strip_suffix(r#""}"#)).unwrap();
    let mut escaped = false;
    let ends = inside.chars().any(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    assert!(!ends && !escaped, "{asked}");
}

#[tokio::test]
async fn what_is_typed_is_held_to_harmless_characters() {
    let textbox = json!([{"name": "word", "type": "textbox", "query": "tea"}]);
    let lab = Lab::with(&json!([panel(1, "stat", "up{word=\"$word\"}[$word]")]), &textbox).await;
    let line = &lab.data(&[1], &json!({"word": ["1m]) or vector(1"]})).await[&1];
    assert!(line["error"].as_str().unwrap().contains("letters"), "{line}");
    lab.data(&[1], &json!({"word": ["5m"]})).await;
    assert_eq!(lab.source.asked("query"), [r#"up{word="5m"}[5m]"#]);
}

#[tokio::test]
async fn only_provisioned_dashboards_and_panels_are_asked() {
    let lab = Lab::with(&json!([panel(1, "stat", "up")]), &json!([])).await;
    let (status, _) = problem_of(lab.post("coffee", &wanted(&[1], &json!({}))).await).await;
    assert_eq!((status, lab.web.problem("/api/dashboards/coffee").await.0), (404, 404));
    let line = &lab.data(&[7], &json!({})).await[&7];
    assert_eq!((&line["error"], &line["view"]), (&json!("there is no panel 7"), &json!(null)));
    assert_eq!(lab.source.asked("query"), [""; 0]);
}

#[tokio::test]
async fn a_request_that_says_more_than_it_may_is_refused() {
    let lab = Lab::with(&json!([panel(1, "stat", "up")]), &json!([])).await;
    for (place, key) in [("", "query"), ("/panels/0", "targets"), ("/panels/0", "expr")] {
        let mut wanted = wanted(&[1], &json!({}));
        wanted.pointer_mut(place).unwrap()[key] = json!("vector(1)");
        let (status, problem) = problem_of(lab.post("tea", &wanted).await).await;
        assert_eq!(status, 422);
        assert!(problem["detail"].as_str().unwrap().contains(key), "{problem}");
    }
}
