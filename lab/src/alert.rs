//! `lab alert`: throws a fault, waits for its mail, takes it back, waits for the resolved mail, and checks both.

pub mod fault;
pub mod guard;
pub mod links;
pub mod mail;
pub mod panel;
pub mod stop;
pub mod take_back;
pub mod timeline;
pub mod watch;

use std::{io, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{
    alert::{
        fault::Fault,
        timeline::Event,
        watch::{Stopped, Tell, Watch},
    },
    parts::Parts,
    service::Service,
    table::{Claim, Table, Tally},
    traffic::Traffic,
};

/// Echoes a second: enough for a rate over a few seconds.
const RATE: u32 = 20;
/// How long mails may still come after the resolved one: two of Alertmanager's group intervals.
const SETTLE: Duration = Duration::from_secs(3);

/// Why a run could not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum AlertError {
    /// The fault belongs to a tutorial that was not started.
    #[error("FAULT={fault} needs the metrics sink, which this TUTORIAL leaves out")]
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
    LeftOver(#[source] fault::SwitchError),
    /// The lab is not at rest before the fault.
    #[error("the lab does not come to rest: {0}")]
    Baseline(Stopped),
    /// The fault could not be thrown, or not be taken back.
    #[error(transparent)]
    Guard(#[from] guard::GuardError),
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
    parts: &Parts,
    fault: Fault,
    limit: Duration,
    stop: CancellationToken,
    tell: Tell,
) -> Result<Tally, AlertError> {
    if !parts.settings.tutorial.alerts().contains(&fault.alert()) {
        return Err(AlertError::NotInTutorial { fault: fault.name() });
    }
    let smtp_host = &parts.settings.smtp_host;
    if smtp_host != Service::Maildev.name() {
        return Err(AlertError::MailElsewhere(smtp_host.clone()));
    }
    for left in take_back::restore(parts).await.map_err(AlertError::LeftOver)? {
        tell(&format!("took back {} that an earlier run left", left.name()));
    }
    tell(&format!("{}: {}; {} is expected", fault.name(), fault.effect(), fault.alert()));

    let traffic = Traffic::start(parts.fetch.clone(), &parts.settings.edge, RATE);
    let known = watch::rest(parts, limit, &stop).await.map_err(|stopped| match stopped {
        Stopped::Interrupted => AlertError::Interrupted,
        other => AlertError::Baseline(other),
    })?;
    tell(&format!("at rest, {RATE} echoes a second; throwing the fault"));

    let at_rest = panel::reading(parts, fault.panel()).await;
    let rest = at_rest.clone().unwrap_or_default();
    let watch = Watch::new(parts.clone(), fault.alert(), known, tell.clone());
    let under = watch.clone();
    let thrown = guard::under(parts, fault, {
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
        resolved = watch.until(Event::Resolved, limit, &stop).await;
        if resolved.is_ok() {
            stop.run_until_cancelled(tokio::time::sleep(SETTLE)).await;
        }
    }
    let after = stop.run_until_cancelled(panel::reading_that(false, parts, fault, rest)).await;
    let after = after.unwrap_or(Err(Stopped::Interrupted.to_string()));
    traffic.stop().await;
    watch.timeline().gaps().iter().for_each(|line| tell(line));
    if stop.is_cancelled() {
        return Err(AlertError::Interrupted);
    }
    let mut out = Vec::new();
    let mut table = Table::new(&mut out);
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
    table.group("Round trip", round)?;
    let mails = watch.mails();
    table.group("Mails", mail::claims(&mails, fault.alert(), &parts.settings))?;
    table.group("Links", links::claims(parts, &mails, fault).await)?;
    let tally = table.finish()?;
    tell(String::from_utf8_lossy(&out).trim_end());
    Ok(tally)
}
