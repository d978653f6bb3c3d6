//! A mail as the page shows it.

use clients::maildev::{Address, Mail, Status};
use serde::Serialize;

/// Of a text, in characters.
const LONGEST: usize = 64 << 10;

/// A mail without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Head {
    pub(crate) id: String,
    subject: String,
    from: String,
    to: String,
    /// When it came, in Unix milliseconds.
    at: i64,
    /// What it is about, if it is about an alert.
    alert: Option<String>,
    resolved: bool,
}

/// A mail with its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Letter {
    #[serde(flatten)]
    pub(super) head: Head,
    text: String,
}

impl Letter {
    /// HTML is shown as what it is, as text, and only where there is nothing else.
    pub(super) fn of(mail: &Mail, at: i64) -> Self {
        let about = mail.alert();
        let head = Head {
            id: mail.id.clone(),
            subject: mail.subject.clone(),
            from: list(&mail.from),
            to: list(&mail.to),
            at,
            alert: about.map(|(_, alert)| alert.to_owned()),
            resolved: about.is_some_and(|(status, _)| status == Status::Resolved),
        };
        let text = if mail.text.trim().is_empty() { &mail.html } else { &mail.text };
        Self { head, text: text.chars().take(LONGEST).collect() }
    }
}

fn list(addresses: &[Address]) -> String {
    addresses.iter().map(|one| one.address.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_the_plain_one_and_html_only_where_there_is_none() {
        let letter = |json: &str| Letter::of(&serde_json::from_str(json).unwrap(), 0);
        let both = letter(
            r#"{"id":"1","subject":"[RESOLVED] EchoSlow: x","from":[{"address":"a@b"}],
                "to":[{"address":"c@d"},{"address":"e@f"}],"text":"plain","html":"<b>x</b>"}"#,
        );
        assert_eq!((both.text.as_str(), both.head.to.as_str()), ("plain", "c@d, e@f"));
        assert_eq!((both.head.alert.as_deref(), both.head.resolved), (Some("EchoSlow"), true));
        assert_eq!(letter(r#"{"id":"1","html":"<b>x</b>"}"#).text, "<b>x</b>");
    }
}
