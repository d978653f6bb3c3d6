//! The mailbox: `MailDev`'s list of mails. Nothing in it is ever changed; the mails are the user's.

use http::{StatusCode, header};
use serde::Deserialize;

use crate::{
    fetch::{Fetch, FetchError},
    rfc3339,
};

/// A mail, as far as the lab looks at it.
#[derive(Clone, Debug, Deserialize)]
pub struct Mail {
    /// `MailDev`'s own name for it.
    pub id: String,
    /// When it came, in RFC 3339.
    #[serde(default)]
    pub time: String,
    /// Its subject.
    #[serde(default)]
    pub subject: String,
    /// Its sender.
    #[serde(default)]
    pub from: Vec<Address>,
    /// Its recipients.
    #[serde(default)]
    pub to: Vec<Address>,
    /// The plain-text body.
    #[serde(default)]
    pub text: String,
    /// The HTML body.
    #[serde(default)]
    pub html: String,
}

/// A mail address.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Address {
    /// Such as `oncall@lookout.example`.
    pub address: String,
}

/// What a mail says of its alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// `[FIRING]`.
    Firing,
    /// `[RESOLVED]`.
    Resolved,
}

impl Mail {
    /// When it came, in Unix milliseconds.
    pub fn at(&self) -> Option<i64> {
        rfc3339::millis(&self.time)
    }

    /// The alert that its subject is about, by name; none of a mail that is about no alert.
    pub fn about(&self) -> Option<(Status, &str)> {
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
    /// `base` is its address without a slash at the end.
    pub fn new(fetch: Fetch, base: &str) -> Self {
        Self { fetch, base: base.to_owned() }
    }

    /// All mails, oldest first.
    pub async fn mails(&self) -> Result<Vec<Mail>, FetchError> {
        self.fetch.get(&self.url()).json().await
    }

    /// All mails, oldest first, with the list's version; none while the list has still the version `known`.
    pub async fn changed(&self, known: &str) -> Result<Option<(String, Vec<Mail>)>, FetchError> {
        let url = self.url();
        let request = self.fetch.get(&url).header("if-none-match", known);
        let (status, headers, list) = request.whole().await?;
        if status == StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        if !status.is_success() {
            return Err(FetchError::Status { url, status: status.as_u16(), body: String::new() });
        }
        let version = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).unwrap_or_default();
        let mails = serde_json::from_slice(&list);
        mails
            .map(|mails| Some((version.to_owned(), mails)))
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
    fn a_subject_tells_the_alert_and_whether_it_is_over() {
        let mail = |subject: &str| -> Mail {
            serde_json::from_value(serde_json::json!({"id": "1", "subject": subject})).unwrap()
        };
        let firing = mail("[FIRING] EchoSlow on web-client: Echo calls are slow");
        assert_eq!(firing.about(), Some((Status::Firing, "EchoSlow")));
        assert_eq!(mail("[RESOLVED] OrderSlow: x (2)").about(), Some((Status::Resolved, "OrderSlow")));
        assert_eq!(mail("[FIRING] EchoSlow").about(), Some((Status::Firing, "EchoSlow")));
        assert_eq!(mail("[FIRING] ").about(), None);
        assert_eq!(mail("lunch?").about(), None);
    }

    #[test]
    fn a_mail_came_at_the_time_that_maildev_says() {
        let mail: Mail = serde_json::from_str(r#"{"id":"1","time":"1970-01-01T00:00:01.500Z"}"#).unwrap();
        assert_eq!(mail.at(), Some(1500));
    }
}
