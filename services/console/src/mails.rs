//! The mailbox, looked at each second: its last mails for the page, and what they say of which alert, for the timelines.
//!
//! Nothing in it is changed: what the page shows comes from memory, for `MailDev` marks what is opened there as read.

mod letter;

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use parking_lot::Mutex;
use parts::maildev::{Mail, Status};
use problem::Problem;
use tokio::time::{MissedTickBehavior, interval};

use self::letter::{Head, Letter};
use crate::newest::Newest;
use crate::state::Shared;

const PERIOD: Duration = Duration::from_secs(1);
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
    loop {
        ticks.tick().await;
        match console.parts.maildev.changed(&version, LIMIT).await {
            Ok(None) => {}
            Ok(Some((newer, mails))) => {
                version = newer;
                console.mails.keep(&mails);
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

    fn keep(&self, mails: &[Mail]) {
        let newest = |count| &mails[mails.len().saturating_sub(count)..];
        let told = newest(TOLD).iter().filter_map(|mail| {
            let (status, alert) = mail.about()?;
            Some(Told { alert: alert.to_owned(), status, at: mail.at()? })
        });
        *self.told.lock() = told.collect();
        let letters: Vec<Letter> = newest(KEPT).iter().rev().map(Letter::of).collect();
        let heads = letters.iter().map(|letter| letter.head.clone()).collect();
        *self.letters.lock() = letters;
        self.newest.publish(heads);
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
        mails.keep(&all);
        let heads = mails.newest.now().unwrap();
        let ids: Vec<&str> = heads.value.iter().map(|head| head.id.as_str()).collect();
        assert_eq!((ids.len(), ids[0], ids[KEPT - 1]), (KEPT, "29", "10"));
        assert_eq!(mails.told().len(), 30);
        assert!(mails.letter("29").is_some() && mails.letter("9").is_none());
    }

    #[test]
    fn a_mail_about_no_alert_is_shown_and_counts_for_none() {
        let mails = Mails::default();
        mails.keep(&[mail(1, "lunch?"), mail(2, "[RESOLVED] EchoSlow: slow")]);
        assert_eq!(mails.newest.now().unwrap().value.len(), 2);
        let told = Told { alert: "EchoSlow".into(), status: Status::Resolved, at: 2000 };
        assert_eq!(mails.told(), [told]);
    }
}
