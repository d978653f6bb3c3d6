//! `MailDev`'s list of mails, read-only.

use http::{StatusCode, header};
use serde::Deserialize;

use crate::{
    fetch::{Fetch, FetchError},
    time,
};

/// A mail.
#[derive(Clone, Debug, Deserialize)]
pub struct Mail {
    /// `MailDev`'s id.
    pub id: String,
    /// Time of receipt, in RFC 3339.
    #[serde(default)]
    pub time: String,
    /// Subject.
    #[serde(default)]
    pub subject: String,
    /// Sender.
    #[serde(default)]
    pub from: Vec<Address>,
    /// Recipients.
    #[serde(default)]
    pub to: Vec<Address>,
    /// Plain-text body.
    #[serde(default)]
    pub text: String,
    /// HTML body.
    #[serde(default)]
    pub html: String,
}

/// A mail address.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Address {
    /// Such as `oncall@lookout.example`.
    pub address: String,
}

/// The status of the alert in a mail's subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// `[FIRING]`.
    Firing,
    /// `[RESOLVED]`.
    Resolved,
}

impl Mail {
    /// Time of receipt, in Unix milliseconds.
    pub fn received_at(&self) -> Option<i64> {
        time::unix_millis(&self.time)
    }

    /// The status and name of the alert in the subject; `None` if the mail is not about an alert.
    pub fn alert(&self) -> Option<(Status, &str)> {
        let subject = self.subject.trim();
        let firing = subject.strip_prefix("[FIRING] ").map(|rest| (Status::Firing, rest));
        let (status, rest) =
            firing.or_else(|| subject.strip_prefix("[RESOLVED] ").map(|rest| (Status::Resolved, rest)))?;
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        (end > 0).then(|| (status, &rest[..end]))
    }
}

/// A client of one `MailDev`; cheap to clone.
#[derive(Clone, Debug)]
pub struct Maildev {
    fetch: Fetch,
    base: String,
}

impl Maildev {
    /// `base` is its URL without a trailing slash.
    pub fn new(fetch: Fetch, base: &str) -> Self {
        Self { fetch, base: base.to_owned() }
    }

    /// All mails, oldest first.
    pub async fn mails(&self) -> Result<Vec<Mail>, FetchError> {
        self.fetch.get(&self.url()).json().await
    }

    /// All mails, oldest first, and the `ETag` of the list; `None` if the list's `ETag` is still `etag`.
    pub async fn mails_if_changed(&self, etag: &str) -> Result<Option<(String, Vec<Mail>)>, FetchError> {
        let url = self.url();
        let request = self.fetch.get(&url).header("if-none-match", etag);
        let (status, headers, list) = request.response().await?;
        if status == StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        if !status.is_success() {
            return Err(FetchError::Status { url, status: status.as_u16(), body: String::new() });
        }
        let etag = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).unwrap_or_default();
        let mails = serde_json::from_slice(&list);
        mails
            .map(|mails| Some((etag.to_owned(), mails)))
            .map_err(|error| FetchError::Shape { url, reason: error.to_string() })
    }

    fn url(&self) -> String {
        format!("{}/email", self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_contains_the_alert_and_its_status() {
        let mail = |subject: &str| -> Mail {
            serde_json::from_value(serde_json::json!({"id": "1", "subject": subject})).unwrap()
        };
        let firing = mail("[FIRING] EchoSlow on web-client: Echo calls are slow");
        assert_eq!(firing.alert(), Some((Status::Firing, "EchoSlow")));
        assert_eq!(mail("[RESOLVED] OrderSlow: x (2)").alert(), Some((Status::Resolved, "OrderSlow")));
        assert_eq!(mail("[FIRING] EchoSlow").alert(), Some((Status::Firing, "EchoSlow")));
        assert_eq!(mail("[FIRING] ").alert(), None);
        assert_eq!(mail("lunch?").alert(), None);
    }

    #[test]
    fn the_time_of_receipt_is_parsed() {
        let mail: Mail = serde_json::from_str(r#"{"id":"1","time":"1970-01-01T00:00:01.500Z"}"#).unwrap();
        assert_eq!(mail.received_at(), Some(1500));
    }
}
