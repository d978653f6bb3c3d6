//! What is too much is refused with the limit's name, before anything is asked.

use serde_json::json;

use super::{Lab, panel, wanted};
use crate::lab::problem_of;

#[tokio::test]
async fn a_request_over_a_limit_is_refused_with_its_name() {
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
        let mut wanted = wanted(&[1], &json!({}));
        *wanted.pointer_mut(key).unwrap() = value;
        if key == "/from" {
            wanted["to"] = json!("now");
        }
        let (status, problem) = problem_of(lab.post("tea", &wanted).await).await;
        assert_eq!(status, 400, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(limit), "{problem}");
    }
    assert_eq!(lab.source.asked("query"), [""; 0]);
}
