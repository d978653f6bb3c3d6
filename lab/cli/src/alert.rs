//! `lab alert`: injects faults, waits for their mails, clears them, waits for the resolved mails, and checks all mails.

mod accepted;
pub mod condition;
pub mod links;
mod log;
pub mod mail;
pub mod panel;
mod rest;
pub mod timeline;
pub mod watch;

use std::{collections::BTreeSet, io, time::Duration};

use tokio_util::sync::CancellationToken;

use catalog::{Fault, RuleOwner, Selection, Service};
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
/// An alert of Prometheus fires for so long after its cause has ended: `keep_firing_for`.
const KEEP_FIRING: Duration = Duration::from_secs(60);
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
    /// The faults cannot be injected together.
    #[error("FAULT={one},{other}: {reason}")]
    Conflict {
        /// A fault's name.
        one: &'static str,
        /// Another's.
        other: &'static str,
        /// Why not.
        reason: &'static str,
    },
    /// Grafana's alerts are evaluated one at a time while Grafana is unavailable.
    #[error("FAULT={0} with another fault needs Grafana, which is not in this lab")]
    NeedsGrafana(&'static str),
    /// Grafana's mails go to another server than the lab's mailbox.
    #[error(
        "Grafana's mails go to {0}, where they cannot be read; unset SMTP_HOST to use the lab's own mailbox"
    )]
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

/// Runs a round trip with one fault or several. `timeout` is for each wait; canceling `stop` ends it early, with the fault cleared. `print` gets the
/// progress and the results, line by line.
///
/// # Errors
///
/// See [`AlertError`].
pub async fn run(
    clients: &Clients,
    faults: &[Fault],
    timeout: Duration,
    stop: CancellationToken,
    print: Print,
) -> Result<Tally, AlertError> {
    check(faults, clients.settings.tutorial)?;
    let of_grafana = faults.iter().find(|fault| fault.owner() == RuleOwner::Grafana);
    let timeout = if of_grafana.is_some() { timeout * GRAFANA_TIMEOUT_FACTOR } else { timeout };
    let mails = of_grafana.is_none() || clients.docker.services().await?.contains(&Service::Grafana);
    let smtp_host = &clients.settings.smtp_host;
    let is_readable = smtp_host == Service::Maildev.name();
    match of_grafana {
        Some(_) if mails && !is_readable => return Err(AlertError::MailElsewhere(smtp_host.clone())),
        Some(fault) if !mails && faults.len() > 1 => return Err(AlertError::NeedsGrafana(fault.name())),
        _ => {}
    }
    for leftover in leftovers::clear(clients).await.map_err(AlertError::Leftover)? {
        print(&format!("cleared {leftover}, left by an earlier run"));
    }
    for fault in faults {
        print(&format!("{}: {}; {} is expected", fault.name(), fault.effect(), fault.alert()));
    }

    let load = rest::load(faults).into_iter().map(|stream| Generator::start(clients, stream)).collect();
    let groups = match faults {
        _ if mails && is_readable => mails_round(clients, faults, timeout, &stop, &print).await,
        _ if mails => accepted::round(clients, faults, timeout, &stop, &print).await,
        [fault, ..] => condition_round(clients, *fault, timeout, &stop, &print).await,
        [] => Ok(Groups::new()),
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
        table.group(&title, claims)?;
    }
    let tally = table.finish()?;
    print(String::from_utf8_lossy(&out).trim_end());
    if !mails {
        print("The mails through Grafana are not proven here: Grafana is not in this lab.");
    } else if !is_readable {
        print(&format!("The mails are at {smtp_host}: this command cannot read them."));
    }
    Ok(tally)
}

/// Whether the faults are selected, and can be active together.
fn check(faults: &[Fault], selection: Selection) -> Result<(), AlertError> {
    for (index, fault) in faults.iter().enumerate() {
        if !fault.belongs_to(selection) {
            return Err(AlertError::NotInTutorial { fault: fault.name() });
        }
        for other in &faults[..index] {
            if let Some(reason) = fault.conflict(*other) {
                return Err(AlertError::Conflict { one: other.name(), other: fault.name(), reason });
            }
        }
    }
    Ok(())
}

/// Waits until the lab is at rest. Returns the user's own names, and the ids of the mails in the mailbox.
async fn settle(
    clients: &Clients,
    faults: &[Fault],
    timeout: Duration,
    stop: &CancellationToken,
    print: &Print,
) -> Result<(Own, BTreeSet<String>), AlertError> {
    let own = Own::read(&clients.settings.own).map_err(AlertError::Own)?;
    let rest = rest::wait_for_rest(clients, faults, &own, timeout + KEEP_FIRING, stop).await;
    let known = rest.map_err(|error| match error {
        WaitError::Interrupted => AlertError::Interrupted,
        other => AlertError::Baseline(other),
    })?;
    let load = rest::load(faults);
    let streams =
        load.iter().map(|stream| format!("{} {} a second", stream.requests_per_second(), stream.name()));
    let noun = if faults.len() == 1 { "the fault" } else { "the faults" };
    print(&format!("at rest, {}; injecting {noun}", streams.collect::<Vec<_>>().join(", ")));
    Ok((own, known))
}

/// Claims by the titles of their groups.
type Groups = Vec<(String, Vec<Claim>)>;

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
        ("Condition".into(), round.claims(fault)),
        ("Links".into(), condition::links(clients, fault, &rule).await),
        ("Mails".into(), mails.to_vec()),
    ])
}

/// The round trip from the injection to the resolved mails.
async fn mails_round(
    clients: &Clients,
    faults: &[Fault],
    timeout: Duration,
    stop: &CancellationToken,
    print: &Print,
) -> Result<Groups, AlertError> {
    let (own, known) = settle(clients, faults, timeout, stop, print).await?;
    let (baselines, values) = panel::read_baselines(clients, faults).await;
    let watch = Watch::new(clients.clone(), faults, own, known, print.clone());
    let during = {
        let (watch, clients, stop) = (watch.clone(), clients.clone(), stop.clone());
        let (faults, values) = (faults.to_vec(), values.clone());
        async move {
            let fired = watch.until(Step::FiringMail, timeout, &stop).await;
            let shown = panel::read_all(true, &clients, &faults, &values, &stop).await;
            watch.record(Step::Cleared);
            (fired, shown)
        }
    };
    let injections = faults.iter().map(|fault| fault.injection()).collect();
    let (fired, shown) = fault_guard::with_faults(clients.clone(), injections, Box::pin(during)).await?;
    let mut resolved = Ok(());
    if fired.is_ok() {
        resolved = watch.until(Step::ResolvedMail, timeout + KEEP_FIRING, stop).await;
        if resolved.is_ok() {
            stop.run_until_cancelled(tokio::time::sleep(EXTRA_MAIL_WAIT)).await;
        }
    }
    let recovered = panel::read_all(false, clients, faults, &values, stop).await;
    watch.missing().iter().for_each(|line| print(line));
    let [fired, resolved] =
        [explained(clients, fired, timeout).await, explained(clients, resolved, timeout).await];

    let mut groups = Groups::new();
    let mails = watch.mails();
    let readings = baselines.into_iter().zip(shown).zip(recovered);
    for (fault, ((baseline, shown), recovered)) in faults.iter().zip(readings) {
        let timeline = watch.timeline(*fault);
        let arrives = |claim, outcome: &Result<(), Failure>, step| {
            let evidence = timeline.evidence(step);
            // With several faults, the wait for another one may have failed.
            Claim::from_result(claim, if evidence.is_ok() { evidence } else { outcome.clone().and(evidence) })
        };
        let round = vec![
            arrives("the firing mail arrives", &fired, Step::FiringMail),
            arrives("the resolved mail arrives", &resolved, Step::ResolvedMail),
            panel::claim(*fault, [baseline, shown, recovered]),
        ];
        let title = |name: &str| {
            if faults.len() == 1 { name.to_owned() } else { format!("{}: {name}", fault.alert()) }
        };
        groups.push((title("Round trip"), round));
        groups.push((title("Mails"), mail::claims(&mails, *fault, faults, &clients.settings)));
        groups.push((title("Links"), links::claims(clients, &mails, *fault).await));
    }
    Ok(groups)
}

/// The outcome of a wait for mails, with the reason that Alertmanager has logged.
async fn explained(
    clients: &Clients,
    outcome: Result<(), WaitError>,
    timeout: Duration,
) -> Result<(), Failure> {
    match outcome {
        Err(error @ WaitError::TimedOut { .. }) => {
            let seconds = (timeout + KEEP_FIRING).as_secs_f64();
            Err(log::explain(clients, seconds, error.into()).await)
        }
        other => other.map_err(Failure::from),
    }
}
