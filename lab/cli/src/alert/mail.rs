//! Claims on an alert's mails. Mails that are not about an alert are ignored: they belong to the user.

use catalog::{Fault, RuleOwner};
use clients::{
    maildev::{Address, Mail, Status},
    settings::Settings,
};

use crate::table::{Claim, Failure};

/// The status of this alert in the mail's subject; `None` if the mail is not about it.
pub fn status(mail: &Mail, alert: &str) -> Option<Status> {
    mail.alert().and_then(|(status, name)| (name == alert).then_some(status))
}

/// The body that is searched for links: Grafana sends no plain text.
pub fn body(mail: &Mail, owner: RuleOwner) -> &str {
    match owner {
        RuleOwner::Prometheus => &mail.text,
        RuleOwner::Grafana => &mail.html,
    }
}

/// Claims on the mails about the fault's alert that were received since the injection. `faults` are all that were injected.
pub fn claims(new: &[Mail], fault: Fault, faults: &[Fault], settings: &Settings) -> Vec<Claim> {
    let alert = fault.alert();
    let with_status = |expected| new.iter().filter(move |mail| status(mail, alert) == Some(expected));
    let firing: Vec<&Mail> = with_status(Status::Firing).collect();
    let resolved: Vec<&Mail> = with_status(Status::Resolved).collect();
    let others: Vec<&str> = new
        .iter()
        .filter(|mail| {
            mail.alert().is_some() && faults.iter().all(|fault| status(mail, fault.alert()).is_none())
        })
        .map(|mail| mail.subject.as_str())
        .collect();
    let none = if others.is_empty() { Ok("none".to_owned()) } else { Err(Failure::from(others.join("; "))) };
    let ours: Vec<&Mail> = firing.iter().chain(&resolved).copied().collect();
    vec![
        Claim::from_result("exactly one firing mail", exactly_one(&firing)),
        Claim::from_result("exactly one resolved mail", exactly_one(&resolved)),
        Claim::from_result("no other alert's mail", none),
        Claim::from_result("sender and recipient", addresses(&ours, &settings.smtp_from, &settings.smtp_to)),
        match fault.owner() {
            RuleOwner::Prometheus => {
                let kinds = [Kind::Text, Kind::Html];
                Claim::from_result(
                    "a plain-text and an HTML body name the alert",
                    bodies(&ours, alert, &kinds),
                )
            }
            RuleOwner::Grafana => {
                Claim::from_result("the HTML body names the alert", bodies(&ours, alert, &[Kind::Html]))
            }
        },
    ]
}

fn exactly_one(mails: &[&Mail]) -> Result<String, Failure> {
    match mails {
        [mail] => Ok(mail.subject.clone()),
        [] => Err("none".into()),
        several => Err(format!("{}: {}", several.len(), subjects(several)).into()),
    }
}

fn subjects(mails: &[&Mail]) -> String {
    mails.iter().map(|mail| mail.subject.as_str()).collect::<Vec<_>>().join("; ")
}

fn addresses(mails: &[&Mail], from: &str, to: &str) -> Result<String, Failure> {
    let is = |addresses: &[Address], expected: &str| matches!(addresses, [one] if one.address == expected);
    let wrong = mails.iter().find(|mail| !is(&mail.to, to) || !is(&mail.from, from));
    match wrong {
        _ if mails.is_empty() => Err("no mail".into()),
        None => Ok(format!("{from} to {to}")),
        Some(mail) => {
            let list = |addresses: &[Address]| {
                addresses.iter().map(|one| one.address.as_str()).collect::<Vec<_>>().join(", ")
            };
            Err(format!("from {:?} to {:?}", list(&mail.from), list(&mail.to)).into())
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Html,
}

fn bodies(mails: &[&Mail], alert: &str, kinds: &[Kind]) -> Result<String, Failure> {
    for mail in mails {
        for kind in kinds {
            let (body, name) = match kind {
                Kind::Text => (&mail.text, "plain-text"),
                Kind::Html => (&mail.html, "HTML"),
            };
            if !body.contains(alert) {
                return Err(format!("the {name} body of {:?} does not name it", mail.subject).into());
            }
        }
    }
    if mails.is_empty() { Err("no mail".into()) } else { Ok(format!("in {} mails", mails.len())) }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::table::Verdict;

    const FROM: &str = "alertmanager@lookout.example";
    const TO: &str = "oncall@lookout.example";

    #[derive(clap::Parser)]
    struct Flags {
        #[command(flatten)]
        settings: Settings,
    }

    fn mail(subject: &str) -> Mail {
        serde_json::from_value(serde_json::json!({
            "id": subject, "subject": subject, "text": "EchoSlow ...", "html": "<p>EchoSlow</p>",
            "from": [{"address": FROM, "name": ""}], "to": [{"address": TO, "name": ""}],
            "headers": {}, "attachments": null}))
        .unwrap()
    }

    fn failed(mails: &[Mail]) -> Vec<String> {
        let settings = Flags::parse_from(["lab", "--smtp-from", FROM, "--smtp-to", TO]).settings;
        let failed = claims(mails, Fault::Slow, &[Fault::Slow, Fault::Down], &settings)
            .into_iter()
            .filter(|claim| claim.verdict == Verdict::Failed);
        failed.map(|claim| claim.claim).collect()
    }

    fn round() -> Vec<Mail> {
        vec![mail("[FIRING] EchoSlow (warning)"), mail("[RESOLVED] EchoSlow (warning)")]
    }

    #[test]
    fn one_firing_and_one_resolved_mail_pass_next_to_those_of_the_other_fault_and_the_users() {
        let mut mails = round();
        mails.push(mail("lunch?"));
        mails.push(mail("[FIRING] TargetDown on echo-server: the alert of the other fault"));
        assert_eq!(failed(&mails), Vec::<String>::new());
    }

    #[test]
    fn missing_duplicate_and_other_alerts_mails_fail() {
        assert_eq!(failed(&[]).len(), 4);
        let mut twice = round();
        twice.push(mail("[FIRING] EchoSlow (warning)"));
        assert_eq!(failed(&twice), ["exactly one firing mail"]);
        let mut other = round();
        other.push(mail("[FIRING] EchoSlower (warning)"));
        assert_eq!(failed(&other), ["no other alert's mail"]);
    }

    #[test]
    fn a_wrong_recipient_and_a_missing_body_fail() {
        let mut wrong = round();
        wrong[0].to = vec![Address { address: "someone@else.example".into() }];
        assert_eq!(failed(&wrong), ["sender and recipient"]);
        let mut empty = round();
        empty[1].html.clear();
        assert_eq!(failed(&empty), ["a plain-text and an HTML body name the alert"]);
    }
}
