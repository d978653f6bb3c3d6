//! The files are the dashboards: as they change, so do these.

use serde_json::json;
use testkit::eventually;

use super::{Lab, dashboard, panel};
use crate::lab::PATIENCE;

#[tokio::test]
async fn a_changed_file_is_seen_and_a_broken_one_changes_nothing() {
    let lab = Lab::with(&json!([panel(1, "stat", "up")]), &json!([])).await;
    let title = async || lab.web.json("/api/dashboards/tea").await["title"].as_str().unwrap().to_owned();
    assert_eq!(title().await, "Tea");

    let coffee = dashboard(&json!([panel(1, "stat", "up")]), &json!([])).replace("Tea", "Coffee");
    lab.web.files.write("dashboards/echo/tea.json", coffee);
    eventually(PATIENCE, async || title().await == "Coffee").await;

    lab.web.files.write("dashboards/echo/new.json", "{");
    lab.web.files.write("dashboards/sink/other.json", json!({"uid": "other", "title": "Other"}).to_string());
    eventually(PATIENCE, async || lab.web.get("/api/dashboards/other").await.status() == 200).await;
    assert_eq!(title().await, "Coffee");
}

#[tokio::test]
async fn a_folder_of_a_tutorial_that_was_not_started_is_not_there() {
    let files = crate::lab::Files::new().with("dashboards/order/tea.json", dashboard(&json!([]), &json!([])));
    let web = crate::lab::Web::with(files, |config| {
        config.settings.tutorial = catalog::Selection::Echo;
    })
    .await;
    assert_eq!(web.problem("/api/dashboards/tea").await.0, 404);
}
