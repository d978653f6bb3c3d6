//! `lab alert`: injects a fault, waits for its mail, clears it, waits for the resolved mail, and checks both mails.

pub mod condition;
pub mod links;
pub mod mail;
pub mod panel;
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
        timeline::Step,
        watch::{Print, WaitError, Watch},
    },
    leftovers::{self, LeftoverError},
    own::Own,
    table::{Claim, Failure, Table, Tally},
};

/// Multiplies the timeout for alerts in Grafana, which evaluates rules every 10 s at most. The hello servers' timers also cover
/// a minute.
const GRAFANA_TIMEOUT_FACTOR: u32 = 3;
/// Wait for unexpected mails after the resolved one: two of Alertmanager's group intervals.
const EXTRA_MAIL_WAIT: Duration = Duration::from_secs(3);

/// Why a round trip could not finish.
#[derive(Debug, thiserror::Error)]
pub enum AlertError {
    /// The fault belongs to a tutorial that is not selected.
    #[error("FAULT={fault} needs a tutorial that TUTORIAL does not include")]
    NotInTutorial {
        /// The fault's name.
        fault: &'static str,
    },
    /// The mails go to another server than the lab's mailbox.
    #[error("alert mails go to {0}, where they cannot be read; unset SMTP_HOST to use the lab's own mailbox")]
    MailElsewhere(String),
    /// A fault of an earlier run cannot be cleared.
    #[error("cannot clear a fault of an earlier run: {0}")]
    Leftover(#[source] LeftoverError),
    /// Alerts are active, or mails arrive, without a fault.
    #[error("the lab does not come to rest: {0}")]
    Baseline(WaitError),
    /// The fault could not be injected or cleared.
    #[error(transparent)]
    Guard(#[from] fault_guard::FaultGuardError),
    /// The round trip without mails could not run.
    #[error(transparent)]
    Condition(#[from] condition::RoundError),
    /// Docker is unavailable, so it is unknown whether Grafana is running.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// The names in the user's own scrape jobs and rules cannot be read.
    #[error("your own scrape jobs and rules: {0}")]
    Own(#[source] io::Error),
    /// A signal has arrived; the fault is cleared.
    #[error("interrupted; no fault is active")]
    Interrupted,
    /// The table could not be formatted.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Runs a round trip. `timeout` is for each wait; canceling `stop` ends it early, with the fault cleared. `print` gets the
/// progress and the results, line by line.
///
/// # Errors
///
/// See [`AlertError`].
pub async fn run(
    clients: &Clients,
    fault: Fault,
    timeout: Duration,
    stop: CancellationToken,
    print: Print,
) -> Result<Tally, AlertError> {
    if !fault.belongs_to(clients.settings.tutorial) {
        return Err(AlertError::NotInTutorial { fault: fault.name() });
    }
    let timeout =
        if fault.owner() == RuleOwner::Grafana { timeout * GRAFANA_TIMEOUT_FACTOR } else { timeout };
    let mails = fault.owner() == RuleOwner::Prometheus
        || clients.docker.services().await?.contains(&Service::Grafana);
    let smtp_host = &clients.settings.smtp_host;
    if mails && smtp_host != Service::Maildev.name() {
        return Err(AlertError::MailElsewhere(smtp_host.clone()));
    }
    for leftover in leftovers::clear(clients).await.map_err(AlertError::Leftover)? {
        print(&format!("cleared {leftover}, left by an earlier run"));
    }
    print(&format!("{}: {}; {} is expected", fault.name(), fault.effect(), fault.alert()));

    let load = fault.load().iter().map(|stream| Generator::start(clients, *stream)).collect();
    let groups = if mails {
        mails_round(clients, fault, timeout, &stop, &print).await
    } else {
        condition_round(clients, fault, timeout, &stop, &print).await
    };
    load::stop_all(load).await;
    // An error takes precedence over an interruption: the fault may still be active.
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
    print(String::from_utf8_lossy(&out).trim_end());
    if !mails {
        print("The mails through Grafana are not proven here: Grafana is not in this lab.");
    }
    Ok(tally)
}

/// Claims by the titles of their groups.
type Groups = Vec<(&'static str, Vec<Claim>)>;

/// The round trip where Grafana owns the alert and is unavailable: evaluates the rule's condition and checks its links.
async fn condition_round(
    clients: &Clients,
    fault: Fault,
    timeout: Duration,
    stop: &CancellationToken,
    print: &Print,
) -> Result<Groups, AlertError> {
    let (rule, condition) = condition::rule(clients, fault)?;
    let round = condition::round(clients, fault, &condition, timeout, stop, print).await?;
    let mails = ["the firing mail arrives through Grafana", "the resolved mail arrives through Grafana"];
    let mails = mails.map(|claim| Claim::not_provable(claim, "Grafana is not in this lab"));
    Ok(vec![
        ("Condition", round.claims(fault)),
        ("Links", condition::links(clients, fault, &rule).await),
        ("Mails", mails.to_vec()),
    ])
}

/// The round trip from the injection to the resolved mail.
async fn mails_round(
    clients: &Clients,
    fault: Fault,
    timeout: Duration,
    stop: &CancellationToken,
    print: &Print,
) -> Result<Groups, AlertError> {
    let own = Own::read(&clients.settings.own).map_err(AlertError::Own)?;
    let rest = watch::wait_for_rest(clients, fault, &own, timeout, stop).await;
    let known = rest.map_err(|error| match error {
        WaitError::Interrupted => AlertError::Interrupted,
        other => AlertError::Baseline(other),
    })?;
    let streams = fault
        .load()
        .iter()
        .map(|stream| format!("{} {} a second", stream.requests_per_second(), stream.name()));
    print(&format!("at rest, {}; injecting the fault", streams.collect::<Vec<_>>().join(", ")));

    let baseline = panel::read_baseline(clients, fault).await;
    let baseline_value = baseline.clone().unwrap_or_default();
    let watch = Watch::new(clients.clone(), fault, own, known, print.clone());
    let during = watch.clone();
    let outcome = fault_guard::with_fault(clients, fault.injection(), {
        let (stop, clients) = (stop.clone(), clients.clone());
        async move {
            let fired = during.until(Step::FiringMail, timeout, &stop).await;
            let shown = panel::read_until_shown(true, &clients, fault, baseline_value);
            let shown = stop.run_until_cancelled(shown).await;
            during.record(Step::Cleared);
            (fired, shown.unwrap_or(Err(WaitError::Interrupted.into())))
        }
    })
    .await;
    let (fired, shown) = outcome?;
    let mut resolved = Ok(());
    if fired.is_ok() {
        resolved = watch.until(Step::ResolvedMail, timeout, stop).await;
        if resolved.is_ok() {
            stop.run_until_cancelled(tokio::time::sleep(EXTRA_MAIL_WAIT)).await;
        }
    }
    let recovered = panel::read_until_shown(false, clients, fault, baseline_value);
    let recovered = stop.run_until_cancelled(recovered).await;
    let recovered = recovered.unwrap_or(Err(WaitError::Interrupted.into()));
    watch.timeline().missing().iter().for_each(|line| print(line));
    let waits = [
        ("the firing mail arrives", fired, Step::FiringMail),
        ("the resolved mail arrives", resolved, Step::ResolvedMail),
    ];
    let mut round = waits
        .map(|(claim, outcome, step)| {
            let evidence = watch.timeline().evidence(step);
            Claim::from_result(claim, outcome.map_err(Failure::from).and(evidence))
        })
        .to_vec();
    round.push(panel::claim(fault, [baseline, shown, recovered]));
    let mails = watch.mails();
    Ok(vec![
        ("Round trip", round),
        ("Mails", mail::claims(&mails, fault, &clients.settings)),
        ("Links", links::claims(clients, &mails, fault).await),
    ])
}
