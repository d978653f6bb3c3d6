//! The mailbox, polled every second: the latest mails for the pages, and the alert notices among them for the timelines.
//!
//! The console never changes the mailbox. It serves mails from memory, because `MailDev` marks a mail as read when its page
//! is requested.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use clients::Clients;
use clients::maildev::{Address, Mail, Maildev, Status};
use clients::time::unix_now;
use kit::problem::Problem;
use parking_lot::Mutex;
use serde::Serialize;
use tokio::time::{MissedTickBehavior, interval};

use crate::feed::Feed;

const POLL_INTERVAL: Duration = Duration::from_secs(1);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// Maximum size of the mailbox's list, in bytes; a longer one is an error.
const MAX_LIST: usize = 16 << 20;
/// Maximum number of mails kept with their text, the latest ones.
const MAX_MAILS: usize = 20;
/// Maximum number of mails, the latest ones, that are searched for alert notices.
const MAX_NOTICES: usize = 400;
/// Maximum length of a mail's text, in characters; the rest is cut off.
const MAX_TEXT: usize = 64 << 10;

/// The latest mails; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mailbox {
    /// Newest first.
    pub(crate) feed: Feed<Vec<MailHead>>,
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    mails: Mutex<Vec<MailView>>,
    notices: Mutex<Vec<Notice>>,
    /// Arrival of each mail by its id, in Unix milliseconds; `None` before the first poll.
    arrivals: Mutex<Option<HashMap<String, i64>>>,
}

/// What a mail reports about an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) alert: String,
    pub(crate) status: Status,
    /// Arrival, in Unix milliseconds.
    pub(crate) at: i64,
}

/// A mail without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct MailHead {
    id: String,
    subject: String,
    from: String,
    to: String,
    /// Arrival, in Unix milliseconds.
    at: i64,
    /// The alert that the mail is about.
    alert: Option<String>,
    resolved: bool,
}

/// A mail with its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "Mail"))]
pub(crate) struct MailView {
    #[serde(flatten)]
    head: MailHead,
    text: String,
}

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Mailbox: FromRef<S>,
{
    Router::new().route("/api/mails/{id}", get(mail))
}

#[allow(clippy::unused_async, reason = "axum requires async handlers")]
async fn mail(State(mailbox): State<Mailbox>, Path(id): Path<String>) -> Result<Json<MailView>, Problem> {
    let unknown = || {
        let detail = format!("there is no mail {id:?} among the last {MAX_MAILS}");
        Problem::new(StatusCode::NOT_FOUND, detail)
    };
    mailbox.mail(&id).map(Json).ok_or_else(unknown)
}

/// Polls the mailbox.
pub(crate) async fn run(clients: Clients, mailbox: Mailbox) {
    let maildev = Maildev::new(clients.fetch.bounded(REQUEST_TIMEOUT, MAX_LIST), &clients.settings.maildev);
    let mut ticks = interval(POLL_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut version = String::new();
    loop {
        ticks.tick().await;
        match maildev.mails_if_changed(&version).await {
            Ok(None) => {}
            Ok(Some((new_version, mails))) => {
                version = new_version;
                mailbox.store(&mails, (unix_now() * 1000.0) as i64);
            }
            // The topology shows that the mailbox is down.
            Err(error) => tracing::debug!(%error, "cannot read the mailbox"),
        }
    }
}

impl Mailbox {
    /// Notices among the latest mails, oldest first.
    pub(crate) fn notices(&self) -> Vec<Notice> {
        self.inner.notices.lock().clone()
    }

    fn mail(&self, id: &str) -> Option<MailView> {
        self.inner.mails.lock().iter().find(|mail| mail.head.id == id).cloned()
    }

    fn store(&self, mails: &[Mail], now: i64) {
        let mails = &mails[mails.len().saturating_sub(MAX_NOTICES)..];
        let arrivals = self.update_arrivals(mails, now);
        let at = |mail: &Mail| arrivals.get(&mail.id).copied().unwrap_or(now);
        let notices = mails.iter().filter_map(|mail| {
            let (status, alert) = mail.alert()?;
            Some(Notice { alert: alert.to_owned(), status, at: at(mail) })
        });
        *self.inner.notices.lock() = notices.collect();
        let latest = mails.iter().rev().take(MAX_MAILS);
        let views: Vec<MailView> = latest.map(|mail| MailView::new(mail, at(mail))).collect();
        let heads = views.iter().map(|view| view.head.clone()).collect();
        *self.inner.mails.lock() = views;
        self.feed.publish(heads);
    }

    /// `MailDev` reports arrivals in whole seconds. For a mail that arrives between two polls, the time of the second poll
    /// is more precise, as long as it lies within that second.
    fn update_arrivals(&self, mails: &[Mail], now: i64) -> HashMap<String, i64> {
        let mut arrivals = self.inner.arrivals.lock();
        let arrival = |mail: &Mail| {
            let second = mail.received_at().unwrap_or(now);
            let Some(known) = arrivals.as_ref() else { return second };
            known.get(&mail.id).copied().unwrap_or_else(|| now.clamp(second, second + 999))
        };
        let updated: HashMap<String, i64> =
            mails.iter().map(|mail| (mail.id.clone(), arrival(mail))).collect();
        *arrivals = Some(updated.clone());
        updated
    }
}

impl MailView {
    /// Uses the HTML only where the mail has no plain text. The pages show it as text, unrendered.
    fn new(mail: &Mail, at: i64) -> Self {
        let about = mail.alert();
        let head = MailHead {
            id: mail.id.clone(),
            subject: mail.subject.clone(),
            from: join(&mail.from),
            to: join(&mail.to),
            at,
            alert: about.map(|(_, alert)| alert.to_owned()),
            resolved: about.is_some_and(|(status, _)| status == Status::Resolved),
        };
        let text = if mail.text.trim().is_empty() { &mail.html } else { &mail.text };
        Self { head, text: text.chars().take(MAX_TEXT).collect() }
    }
}

fn join(addresses: &[Address]) -> String {
    addresses.iter().map(|one| one.address.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(number: usize, subject: &str) -> Mail {
        serde_json::from_value(serde_json::json!({"id": number.to_string(), "subject": subject,
            "time": format!("1970-01-01T00:00:{:02}Z", number % 60), "text": "x"}))
        .unwrap()
    }

    #[test]
    fn keeps_the_latest_mails_newest_first_and_all_notices() {
        let mailbox = Mailbox::default();
        let all: Vec<Mail> = (0..30).map(|number| mail(number, "[FIRING] EchoSlow: slow")).collect();
        mailbox.store(&all, 60_000);
        let heads = mailbox.feed.latest().unwrap();
        let ids: Vec<&str> = heads.value.iter().map(|head| head.id.as_str()).collect();
        assert_eq!((ids.len(), ids[0], ids[MAX_MAILS - 1]), (MAX_MAILS, "29", "10"));
        assert_eq!(mailbox.notices().len(), 30);
        assert!(mailbox.mail("29").is_some() && mailbox.mail("9").is_none());
    }

    #[test]
    fn shows_a_mail_that_is_about_no_alert_without_a_notice() {
        let mailbox = Mailbox::default();
        mailbox.store(&[mail(1, "lunch?"), mail(2, "[RESOLVED] EchoSlow: slow")], 60_000);
        assert_eq!(mailbox.feed.latest().unwrap().value.len(), 2);
        let notice = Notice { alert: "EchoSlow".into(), status: Status::Resolved, at: 2000 };
        assert_eq!(mailbox.notices(), [notice]);
    }

    #[test]
    fn dates_a_new_mail_by_the_poll_within_the_second_of_maildev() {
        let mailbox = Mailbox::default();
        let list = [1, 5, 7].map(|second| mail(second, "[FIRING] EchoSlow: slow"));
        mailbox.store(&list[..1], 3000);
        mailbox.store(&list[..2], 5400);
        mailbox.store(&list, 9000);
        let times: Vec<i64> = mailbox.notices().iter().map(|notice| notice.at).collect();
        assert_eq!(times, [1000, 5400, 7999]);
    }

    #[test]
    fn uses_the_plain_text_and_html_only_without_it() {
        let view = |json: &str| MailView::new(&serde_json::from_str(json).unwrap(), 0);
        let both = view(
            r#"{"id":"1","subject":"[RESOLVED] EchoSlow: x","from":[{"address":"a@b"}],
                "to":[{"address":"c@d"},{"address":"e@f"}],"text":"plain","html":"<b>x</b>"}"#,
        );
        assert_eq!((both.text.as_str(), both.head.to.as_str()), ("plain", "c@d, e@f"));
        assert_eq!((both.head.alert.as_deref(), both.head.resolved), (Some("EchoSlow"), true));
        assert_eq!(view(r#"{"id":"1","html":"<b>x</b>"}"#).text, "<b>x</b>");
    }
}
