//! The mailbox: read, and left as it is.

use reqwest::Method;
use serde_json::json;
use testkit::eventually;

use super::stand_in::mail;
use super::{Live, of};
use crate::lab::PATIENCE;

#[tokio::test]
async fn the_last_mails_are_told_and_each_has_its_text() {
    let live = Live::start().await;
    let mut plain = mail("b", "lunch?");
    plain["text"] = json!("");
    live.lab.change(|lab| lab.mails = vec![mail("a", "[FIRING] EchoSlow on web-client: slow"), plain]);
    let mails = live.listen().await.until("mails", |mails| mails[0]["id"] == "b").await;
    assert_eq!(mails.as_array().unwrap().len(), 2);
    let alert = of(&mails, "id", "a");
    assert_eq!((&alert["alert"], &alert["resolved"]), (&json!("EchoSlow"), &json!(false)));
    assert_eq!(
        (&alert["from"], &alert["to"]),
        (&json!("alertmanager@lookout.example"), &json!("oncall@lookout.example"))
    );
    assert_eq!(of(&mails, "id", "b")["alert"], json!(null));

    let letter = live.web.json("/api/mails/a").await;
    assert_eq!((&letter["subject"], &letter["text"]), (&alert["subject"], &json!("EchoSlow is firing")));
    // HTML is no more than a text here.
    let letter = live.web.get("/api/mails/b").await;
    assert_eq!(letter.headers()["content-type"], "application/json");
    assert_eq!(letter.json::<serde_json::Value>().await.unwrap()["text"], "<b>EchoSlow</b>");
    let (status, problem) = live.web.problem("/api/mails/c").await;
    assert_eq!((status, &problem["detail"]), (404, &json!("there is no mail \"c\" among the last 20")));
}

#[tokio::test]
async fn a_list_that_has_not_changed_is_not_sent_again_and_nothing_is_changed() {
    let live = Live::start().await;
    live.lab.change(|lab| lab.mails = vec![mail("a", "one")]);
    live.listen().await.until("mails", |mails| mails[0]["id"] == "a").await;
    let (asked, lists) = (live.lab.count("/email"), live.lab.see(|lab| lab.lists));
    eventually(PATIENCE, async || live.lab.count("/email") >= asked + 2).await;
    assert_eq!(live.lab.see(|lab| lab.lists), lists);
    assert_eq!(live.web.get("/api/mails/a").await.status(), 200);
    live.lab.see(|lab| {
        for (method, path) in lab.asked.iter().filter(|(_, path)| path.starts_with("/email")) {
            assert_eq!((method, path.as_str()), (&Method::GET, "/email"));
        }
    });
}
