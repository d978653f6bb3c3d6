//! A signal to stop ends what would go on.

use kit::shutdown::Drained;
use reqwest::Method;
use serde_json::json;
use testkit::eventually;

use crate::dashboards::{Lab, panel, wanted};
use crate::lab::PATIENCE;

#[tokio::test]
async fn panels_that_wait_end_with_the_service() {
    let lab = Lab::with(&json!([panel(1, "stat", "hang")]), &json!([])).await;
    let request = lab.web.request(Method::POST, "/api/dashboards/tea/data").json(&wanted(&[1], &json!({})));
    let waits = tokio::spawn(async move { request.send().await.unwrap().text().await });
    eventually(PATIENCE, async || !lab.source.asked("query").is_empty()).await;
    let drained = lab.web.running.stop().await.unwrap();
    assert!(matches!(drained, Drained::Completed(_)), "{drained:?}");
    assert_eq!(waits.await.unwrap().unwrap(), "");
}
