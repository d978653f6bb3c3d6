//! The mailbox is read, and never changed.

use reqwest::Method;
use serde_json::json;
use testkit::eventually;

use super::{Live, find};
use crate::support::{TIMEOUT, mail};

#[tokio::test]
async fn publishes_the_latest_mails_and_serves_their_text() {
    let live = Live::start().await;
    let mut plain = mail("b", "lunch?");
    plain["text"] = json!("");
    live.lab.change(|lab| lab.mails = vec![mail("a", "[FIRING] EchoSlow on web-client: slow"), plain]);
    let mails = live.listen().await.until("mails", |mails| mails[0]["id"] == "b").await;
    assert_eq!(mails.as_array().unwrap().len(), 2);
    let alert = find(&mails, "id", "a");
    assert_eq!((&alert["alert"], &alert["resolved"]), (&json!("EchoSlow"), &json!(false)));
    assert_eq!(
        (&alert["from"], &alert["to"]),
        (&json!("alertmanager@lookout.example"), &json!("oncall@lookout.example"))
    );
    assert_eq!(find(&mails, "id", "b")["alert"], json!(null));

    let mail_view = live.web.json("/api/mails/a").await;
    assert_eq!(
        (&mail_view["subject"], &mail_view["text"]),
        (&alert["subject"], &json!("EchoSlow is firing"))
    );
    // HTML is served as text.
    let mail_view = live.web.get("/api/mails/b").await;
    assert_eq!(mail_view.headers()["content-type"], "application/json");
    assert_eq!(mail_view.json::<serde_json::Value>().await.unwrap()["text"], "<b>EchoSlow</b>");
    let (status, problem) = live.web.problem("/api/mails/c").await;
    assert_eq!((status, &problem["detail"]), (404, &json!("there is no mail \"c\" among the last 20")));
}

#[tokio::test]
async fn an_unchanged_list_is_not_sent_again_and_nothing_is_changed() {
    let live = Live::start().await;
    live.lab.change(|lab| lab.mails = vec![mail("a", "one")]);
    live.listen().await.until("mails", |mails| mails[0]["id"] == "a").await;
    let (polls, lists) = (live.lab.count("/email"), live.lab.read(|lab| lab.lists));
    eventually(TIMEOUT, async || live.lab.count("/email") >= polls + 2).await;
    assert_eq!(live.lab.read(|lab| lab.lists), lists);
    assert_eq!(live.web.get("/api/mails/a").await.status(), 200);
    live.lab.read(|lab| {
        for (method, path) in lab.requests.iter().filter(|(_, path)| path.starts_with("/email")) {
            assert_eq!((method, path.as_str()), (&Method::GET, "/email"));
        }
    });
}
