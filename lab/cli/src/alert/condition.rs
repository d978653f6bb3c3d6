//! A round trip without mails, for an alert that Grafana owns where Grafana is unavailable: evaluates the rule's condition
//! before, during and after the fault.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use catalog::Fault;
use clients::Clients;
use evaluate::grafana_rules::{
    self,
    condition::{Condition, Outcome},
    evaluate,
    file::Rule,
};
use faults::fault_guard::{self, FaultGuardError};

use crate::{
    alert::{links, panel, rest, watch::Print},
    table::{Claim, Evidence, Failure},
};

/// Interval between two evaluations.
const INTERVAL: Duration = Duration::from_millis(250);

/// The evaluations of the condition before, during and after the fault, and the readings of the panel.
#[derive(Debug)]
pub struct Round {
    before: Evidence,
    during: Evidence,
    after: Evidence,
    panel: [Result<f64, Failure>; 3],
}

/// Why a round trip could not run.
#[derive(Debug, thiserror::Error)]
pub enum RoundError {
    /// The rule cannot be loaded, or is not supported.
    #[error("the rule of {alert}: {reason}")]
    Rule {
        /// The alert's name.
        alert: &'static str,
        /// The cause.
        reason: String,
    },
    /// Injecting or clearing the fault failed.
    #[error(transparent)]
    Guard(#[from] FaultGuardError),
}

/// The rule of the fault's alert, and its condition.
///
/// # Errors
///
/// Returns an error if the rule cannot be loaded or is not supported.
pub fn rule(clients: &Clients, fault: Fault) -> Result<(Rule, Condition), RoundError> {
    let fail = |reason| RoundError::Rule { alert: fault.alert(), reason };
    let rule = grafana_rules::find(&clients.settings.alerting, fault.alert())
        .map_err(|error| fail(error.to_string()))?;
    let condition = Condition::of(&rule).map_err(|unknown| fail(format!("not supported: {unknown}")))?;
    Ok((rule, condition))
}

/// Runs the round trip under load, which must be running already. `timeout` is for each wait.
///
/// # Errors
///
/// Returns an error if the fault cannot be injected or cleared.
pub async fn round(
    clients: &Clients,
    fault: Fault,
    condition: &Condition,
    timeout: Duration,
    stop: &CancellationToken,
    print: &Print,
) -> Result<Round, RoundError> {
    let before = wait_for_rest(clients, fault, condition, timeout, stop).await;
    let baseline = panel::read_baseline(clients, fault).await;
    let Ok(outcome) = &before else {
        let reason = || Failure::from("the lab does not come to rest");
        let panel = [baseline, Err(reason()), Err(reason())];
        return Ok(Round { before, during: Err(reason()), after: Err(reason()), panel });
    };
    print(&format!("{}: at rest, {outcome}; injecting {}", fault.alert(), fault.name()));
    let baseline_value = baseline.clone().unwrap_or_default();
    let task = {
        let (clients, condition, stop, print) =
            (clients.clone(), condition.clone(), stop.clone(), print.clone());
        async move {
            let during = until(true, &clients, &condition, timeout, &stop).await;
            if let Ok(outcome) = &during {
                print(&format!("{}: holds, {outcome}", fault.alert()));
            }
            let shown = panel::read_until_shown(true, &clients, fault, baseline_value);
            let shown = stop.run_until_cancelled(shown).await;
            (during, shown.unwrap_or(Err("interrupted".into())))
        }
    };
    let (during, shown) = fault_guard::with_fault(clients, fault.injection(), task).await?;
    let after = until(false, clients, condition, timeout, stop).await;
    if let Ok(outcome) = &after {
        print(&format!("{}: no longer holds, {outcome}", fault.alert()));
    }
    let recovered = panel::read_until_shown(false, clients, fault, baseline_value);
    let recovered = stop.run_until_cancelled(recovered).await;
    let panel = [baseline, shown, recovered.unwrap_or(Err("interrupted".into()))];
    let after = after.map(|outcome| format!("{outcome}, after clearing"));
    Ok(Round { before, during, after, panel })
}

impl Round {
    /// Three claims on the condition, one on the panel.
    pub fn claims(self, fault: Fault) -> Vec<Claim> {
        let alert = fault.alert();
        vec![
            Claim::from_result(format!("{alert}'s condition does not hold at rest"), self.before),
            Claim::from_result(format!("it holds during {}", fault.name()), self.during),
            Claim::from_result("it no longer holds after the fault", self.after),
            panel::claim(fault, self.panel),
        ]
    }
}

/// Claims on the links in the rule, which a mail would contain.
pub async fn links(clients: &Clients, fault: Fault, rule: &Rule) -> Vec<Claim> {
    let (uid, id) = fault.panel();
    let is_expected = rule.dashboard_uid == uid && rule.panel_id == Some(id);
    let panel = if is_expected {
        links::panel_title(clients, (uid, id))
    } else {
        Err(format!("it links to {} panel {:?}, not {uid} panel {id}", rule.dashboard_uid, rule.panel_id)
            .into())
    };
    let runbook = match rule.annotations.get("runbook_url") {
        Some(url) => links::check_runbook(clients, url, fault.alert()).await,
        None => Err("it has no runbook_url".into()),
    };
    vec![
        Claim::from_result("its rule links to the panel that shows the fault", panel),
        Claim::from_result("the runbook that it links to exists", runbook),
    ]
}

/// Waits until Prometheus has scraped the load, the rule's query has data, and the condition does not hold.
///
/// # Errors
///
/// Returns the last obstacle.
pub async fn wait_for_rest(
    clients: &Clients,
    fault: Fault,
    condition: &Condition,
    timeout: Duration,
    stop: &CancellationToken,
) -> Result<String, Failure> {
    let started = Instant::now();
    loop {
        let last = match rest::missing_load(clients, fault.load()).await {
            Ok(None) => match evaluate(clients, condition).await {
                Ok(normal @ Outcome::Normal(_)) => return Ok(normal.to_string()),
                Ok(other) => other.to_string(),
                Err(error) => error.to_string(),
            },
            Ok(Some(missing)) => missing,
            Err(error) => error.to_string(),
        };
        pause(started, timeout, stop, &last).await?;
    }
}

/// Waits until the condition holds, or no longer holds; returns the outcome and the time.
async fn until(
    fires: bool,
    clients: &Clients,
    condition: &Condition,
    timeout: Duration,
    stop: &CancellationToken,
) -> Result<String, Failure> {
    let started = Instant::now();
    loop {
        let last = match evaluate(clients, condition).await {
            Ok(outcome) if outcome.fires() == fires => {
                return Ok(format!("{outcome}, {:.1} s", started.elapsed().as_secs_f64()));
            }
            Ok(outcome) => outcome.to_string(),
            Err(error) => error.to_string(),
        };
        pause(started, timeout, stop, &last).await?;
    }
}

async fn pause(
    started: Instant,
    timeout: Duration,
    stop: &CancellationToken,
    last: &str,
) -> Result<(), Failure> {
    if started.elapsed() > timeout {
        return Err(format!("not within {} s: {last}", timeout.as_secs()).into());
    }
    match stop.run_until_cancelled(tokio::time::sleep(INTERVAL)).await {
        Some(()) => Ok(()),
        None => Err("interrupted".into()),
    }
}
