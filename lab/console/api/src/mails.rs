//! The mailbox, looked at each second: its last mails for the page, and what they say of which alert, for the timelines.
//!
//! Nothing in it is changed: what the page shows comes from memory, for `MailDev` marks what is opened there as read. It
//! tells the second in which a mail came; the look that found it is nearer.

mod letter;

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use clients::maildev::{Mail, Maildev, Status};
use clients::time::unix_now;
use kit::problem::Problem;
use parking_lot::Mutex;
use tokio::time::{MissedTickBehavior, interval};

use self::letter::{Head, Letter};
use crate::newest::Newest;
use crate::state::Shared;

const PERIOD: Duration = Duration::from_secs(1);
/// How long the mailbox may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many of the newest are kept with their text.
const KEPT: usize = 20;
/// So many of the newest count for the timelines.
const TOLD: usize = 400;
/// Of a mailbox that is read at all, in bytes.
const LIMIT: usize = 16 << 20;

/// The newest mails.
#[derive(Debug, Default)]
pub(crate) struct Mails {
    /// Newest first.
    pub(crate) newest: Newest<Vec<Head>>,
    letters: Mutex<Vec<Letter>>,
    told: Mutex<Vec<Told>>,
    /// When each mail came, by its id; none before the first look.
    came: Mutex<Option<HashMap<String, i64>>>,
}

/// What a mail says of its alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) alert: String,
    pub(crate) status: Status,
    /// When it came, in Unix milliseconds.
    pub(crate) at: i64,
}

pub(crate) fn routes() -> Router<Shared> {
    Router::new().route("/api/mails/{id}", get(one))
}

/// Runs until shutdown.
pub(crate) async fn run(console: Shared) {
    console.shutdown.run_until_cancelled(look(&console)).await;
}

async fn look(console: &Shared) {
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut version = String::new();
    let mailbox = Maildev::new(console.parts.fetch.bounded(PATIENCE, LIMIT), &console.parts.settings.maildev);
    loop {
        ticks.tick().await;
        match mailbox.mails_if_changed(&version).await {
            Ok(None) => {}
            Ok(Some((newer, mails))) => {
                version = newer;
                console.mails.keep(&mails, (unix_now() * 1000.0) as i64);
            }
            // The map tells that it does not answer.
            Err(error) => tracing::debug!(%error, "mailbox"),
        }
    }
}

impl Mails {
    /// What the last mails say, oldest first.
    pub(crate) fn told(&self) -> Vec<Told> {
        self.told.lock().clone()
    }

    fn keep(&self, mails: &[Mail], now: i64) {
        let mails = &mails[mails.len().saturating_sub(TOLD)..];
        let came = self.date(mails, now);
        let at = |mail: &Mail| came.get(&mail.id).copied().unwrap_or(now);
        let told = mails.iter().filter_map(|mail| {
            let (status, alert) = mail.alert()?;
            Some(Told { alert: alert.to_owned(), status, at: at(mail) })
        });
        *self.told.lock() = told.collect();
        let newest = mails.iter().rev().take(KEPT);
        let letters: Vec<Letter> = newest.map(|mail| Letter::of(mail, at(mail))).collect();
        let heads = letters.iter().map(|letter| letter.head.clone()).collect();
        *self.letters.lock() = letters;
        self.newest.publish(heads);
    }

    /// When each came: of what was there at the first look, the beginning of the second that `MailDev` tells.
    fn date(&self, mails: &[Mail], now: i64) -> HashMap<String, i64> {
        let mut came = self.came.lock();
        let date = |mail: &Mail| {
            let told = mail.received_at().unwrap_or(now);
            let Some(known) = came.as_ref() else { return told };
            known.get(&mail.id).copied().unwrap_or_else(|| now.clamp(told, told + 999))
        };
        let dated: HashMap<String, i64> = mails.iter().map(|mail| (mail.id.clone(), date(mail))).collect();
        *came = Some(dated.clone());
        dated
    }

    fn letter(&self, id: &str) -> Option<Letter> {
        self.letters.lock().iter().find(|letter| letter.head.id == id).cloned()
    }
}

async fn one(State(console): State<Shared>, Path(id): Path<String>) -> Result<Json<Letter>, Problem> {
    let missing = || {
        let detail = format!("there is no mail {id:?} among the last {KEPT}");
        Problem::new(StatusCode::NOT_FOUND, detail)
    };
    console.mails.letter(&id).map(Json).ok_or_else(missing)
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
    fn the_last_mails_are_kept_newest_first_and_all_count() {
        let mails = Mails::default();
        let all: Vec<Mail> = (0..30).map(|number| mail(number, "[FIRING] EchoSlow: slow")).collect();
        mails.keep(&all, 60_000);
        let heads = mails.newest.now().unwrap();
        let ids: Vec<&str> = heads.value.iter().map(|head| head.id.as_str()).collect();
        assert_eq!((ids.len(), ids[0], ids[KEPT - 1]), (KEPT, "29", "10"));
        assert_eq!(mails.told().len(), 30);
        assert!(mails.letter("29").is_some() && mails.letter("9").is_none());
    }

    #[test]
    fn a_mail_about_no_alert_is_shown_and_counts_for_none() {
        let mails = Mails::default();
        mails.keep(&[mail(1, "lunch?"), mail(2, "[RESOLVED] EchoSlow: slow")], 60_000);
        assert_eq!(mails.newest.now().unwrap().value.len(), 2);
        let told = Told { alert: "EchoSlow".into(), status: Status::Resolved, at: 2000 };
        assert_eq!(mails.told(), [told]);
    }

    #[test]
    fn a_mail_that_comes_while_we_look_came_in_its_second_and_not_after_the_look() {
        let mails = Mails::default();
        let list = [1, 5, 7].map(|second| mail(second, "[FIRING] EchoSlow: slow"));
        mails.keep(&list[..1], 3000);
        mails.keep(&list[..2], 5400);
        mails.keep(&list, 9000);
        let came: Vec<i64> = mails.told().iter().map(|told| told.at).collect();
        assert_eq!(came, [1000, 5400, 7999]);
    }
}
