//! `lab alert`: throws a fault, waits for its mail, takes it back, waits for the resolved mail, and checks both.

pub mod condition;
pub mod links;
pub mod mail;
pub mod panel;
pub mod stop;
pub mod take_back;
pub mod timeline;
pub mod watch;

use std::{io, time::Duration};

use tokio_util::sync::CancellationToken;

use catalog::{Fault, RuleOwner, Service};
use clients::{Clients, docker::DockerError};
use faults::{
    fault_guard,
    load::{self, Generator},
};

use crate::{
    alert::{
        timeline::Event,
        watch::{Stopped, Tell, Watch},
    },
    table::{Claim, Table, Tally},
};

/// How many times as long a wait may be for an alert of Grafana's: it evaluates each 10 s at the fastest, and the hello
/// servers' timers look back a minute.
const GRAFANA: u32 = 3;
/// How long mails may still come after the resolved one: two of Alertmanager's group intervals.
const SETTLE: Duration = Duration::from_secs(3);

/// Why a run could not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum AlertError {
    /// The fault belongs to a tutorial that was not started.
    #[error("FAULT={fault} needs a tutorial that this TUTORIAL leaves out")]
    NotInTutorial {
        /// What was asked for.
        fault: &'static str,
    },
    /// The mails go elsewhere.
    #[error(
        "alert mail goes to {0}, where this cannot read it; unset SMTP_HOST to use the lab's own mailbox"
    )]
    MailElsewhere(String),
    /// A fault that an earlier run left cannot be taken back.
    #[error("a fault of an earlier run cannot be taken back: {0}")]
    LeftOver(#[source] faults::InjectionError),
    /// The lab is not at rest before the fault.
    #[error("the lab does not come to rest: {0}")]
    Baseline(Stopped),
    /// The fault could not be thrown, or not be taken back.
    #[error(transparent)]
    Guard(#[from] fault_guard::FaultGuardError),
    /// A condition could not be watched.
    #[error(transparent)]
    Condition(#[from] condition::RoundError),
    /// Docker does not say whether Grafana is there.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// Ctrl-C or SIGTERM; the fault is taken back.
    #[error("interrupted; no fault is left")]
    Interrupted,
    /// The table could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Runs the whole round. `limit` bounds each wait; `stop` ends it early, the fault taken back;
/// `tell` gets what there is to read, line by line.
pub async fn run(
    parts: &Clients,
    fault: Fault,
    limit: Duration,
    stop: CancellationToken,
    tell: Tell,
) -> Result<Tally, AlertError> {
    if !fault.belongs_to(parts.settings.tutorial) {
        return Err(AlertError::NotInTutorial { fault: fault.name() });
    }
    let limit = if fault.owner() == RuleOwner::Grafana { limit * GRAFANA } else { limit };
    let mails =
        fault.owner() == RuleOwner::Prometheus || parts.docker.services().await?.contains(&Service::Grafana);
    let smtp_host = &parts.settings.smtp_host;
    if mails && smtp_host != Service::Maildev.name() {
        return Err(AlertError::MailElsewhere(smtp_host.clone()));
    }
    for left in take_back::restore(parts).await.map_err(AlertError::LeftOver)? {
        tell(&format!("took back {left} that an earlier run left"));
    }
    tell(&format!("{}: {}; {} is expected", fault.name(), fault.effect(), fault.alert()));

    let traffic = fault.load().iter().map(|stream| Generator::start(parts, *stream)).collect();
    let groups = if mails {
        mails_round(parts, fault, limit, &stop, &tell).await
    } else {
        condition_round(parts, fault, limit, &stop, &tell).await
    };
    load::stop_all(traffic).await;
    // A fault that could not be taken back is told, whatever else happened.
    let groups = groups?;
    if stop.is_cancelled() {
        return Err(AlertError::Interrupted);
    }
    let mut out = Vec::new();
    let mut table = Table::new(&mut out);
    for (title, claims) in groups {
        table.group(title, claims)?;
    }
    let tally = table.finish()?;
    tell(String::from_utf8_lossy(&out).trim_end());
    if !mails {
        tell("The mail's way through Grafana was not proven here: Grafana is not in this lab.");
    }
    Ok(tally)
}

/// Claims under the titles of their groups.
type Groups = Vec<(&'static str, Vec<Claim>)>;

/// Where Grafana, which owns the alert, is absent: its rule's condition, and what its mail would link to.
async fn condition_round(
    parts: &Clients,
    fault: Fault,
    limit: Duration,
    stop: &CancellationToken,
    tell: &Tell,
) -> Result<Groups, AlertError> {
    let (rule, condition) = condition::rule(parts, fault)?;
    let round = condition::round(parts, fault, &condition, limit, stop, tell).await?;
    let mail = ["the firing mail comes through Grafana", "the resolved mail comes through Grafana"];
    let mail = mail.map(|claim| Claim::not_provable(claim, "Grafana is not in this lab"));
    Ok(vec![
        ("Condition", round.claims(fault)),
        ("Links", condition::links(parts, fault, &rule).await),
        ("Mails", mail.to_vec()),
    ])
}

/// From the fault to the resolved mail.
async fn mails_round(
    parts: &Clients,
    fault: Fault,
    limit: Duration,
    stop: &CancellationToken,
    tell: &Tell,
) -> Result<Groups, AlertError> {
    let known = watch::rest(parts, fault, limit, stop).await.map_err(|stopped| match stopped {
        Stopped::Interrupted => AlertError::Interrupted,
        other => AlertError::Baseline(other),
    })?;
    let streams = fault
        .load()
        .iter()
        .map(|stream| format!("{} {} a second", stream.requests_per_second(), stream.name()));
    tell(&format!("at rest, {}; throwing the fault", streams.collect::<Vec<_>>().join(", ")));

    let at_rest = panel::reading(parts, fault.panel()).await;
    let rest = at_rest.clone().unwrap_or_default();
    let watch = Watch::new(parts.clone(), fault, known, tell.clone());
    let under = watch.clone();
    let thrown = fault_guard::with_fault(parts, fault.injection(), {
        let (stop, parts) = (stop.clone(), parts.clone());
        async move {
            let fired = under.until(Event::Mail, limit, &stop).await;
            let reading = panel::reading_that(true, &parts, fault, rest);
            // A signal does not wait for a panel.
            let reading = stop.run_until_cancelled(reading).await;
            under.note(Event::Back);
            (fired, reading.unwrap_or(Err(Stopped::Interrupted.to_string())))
        }
    })
    .await;
    let (fired, under_fault) = thrown?;
    let mut resolved = Ok(());
    if fired.is_ok() {
        resolved = watch.until(Event::Resolved, limit, stop).await;
        if resolved.is_ok() {
            stop.run_until_cancelled(tokio::time::sleep(SETTLE)).await;
        }
    }
    let after = stop.run_until_cancelled(panel::reading_that(false, parts, fault, rest)).await;
    let after = after.unwrap_or(Err(Stopped::Interrupted.to_string()));
    watch.timeline().gaps().iter().for_each(|line| tell(line));
    let waits = [
        ("the alert's mail comes", fired, Event::Mail),
        ("the resolved mail comes", resolved, Event::Resolved),
    ];
    let mut round = waits
        .map(|(claim, outcome, event)| {
            let seen = watch.timeline().evidence(event);
            Claim::from_result(claim, outcome.map_err(|stopped| stopped.to_string()).and(seen))
        })
        .to_vec();
    round.push(panel::claim(fault, [at_rest, under_fault, after]));
    let mails = watch.mails();
    Ok(vec![
        ("Round trip", round),
        ("Mails", mail::claims(&mails, fault, &parts.settings)),
        ("Links", links::claims(parts, &mails, fault).await),
    ])
}
