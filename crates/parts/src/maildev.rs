//! The mailbox: `MailDev`'s list of mails. Nothing in it is ever deleted; the mails are the user's.

use serde::Deserialize;

use crate::fetch::{Fetch, FetchError};

/// A mail, as far as the lab looks at it.
#[derive(Clone, Debug, Deserialize)]
pub struct Mail {
    /// `MailDev`'s own name for it.
    pub id: String,
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
        self.fetch.get(&format!("{}/email", self.base)).json().await
    }
}
