//! A fault of an alert that Grafana owns, where Grafana is absent: whether its rule's condition holds, watched at rest,
//! under the fault and afterwards.

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
    alert::{
        links, panel,
        watch::{self, Tell},
    },
    table::Claim,
};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);

/// How the condition stood, each with the time that it took to come.
#[derive(Debug)]
pub struct Round {
    rest: Result<String, String>,
    fires: Result<String, String>,
    ends: Result<String, String>,
    panel: [Result<f64, String>; 3],
}

/// What could not be done at all.
#[derive(Debug, thiserror::Error)]
pub enum RoundError {
    /// The rule.
    #[error("the rule of {alert}: {reason}")]
    Rule {
        /// Its name.
        alert: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The fault.
    #[error(transparent)]
    Guard(#[from] FaultGuardError),
}

/// The rule of the fault's alert, and its condition.
pub fn rule(parts: &Clients, fault: Fault) -> Result<(Rule, Condition), RoundError> {
    let fail = |reason| RoundError::Rule { alert: fault.alert(), reason };
    let rule = grafana_rules::find(&parts.settings.alerting, fault.alert())
        .map_err(|error| fail(error.to_string()))?;
    let condition =
        Condition::of(&rule).map_err(|unknown| fail(format!("it is not understood: {unknown}")))?;
    Ok((rule, condition))
}

/// Watches the condition through a whole round; the fault's traffic must flow already. `limit` bounds each wait.
pub async fn round(
    parts: &Clients,
    fault: Fault,
    condition: &Condition,
    limit: Duration,
    stop: &CancellationToken,
    tell: &Tell,
) -> Result<Round, RoundError> {
    let rest = at_rest(parts, fault, condition, limit, stop).await;
    let at_rest = panel::reading(parts, fault.panel()).await;
    let Ok(said) = &rest else {
        let unread = "the lab does not come to rest";
        let panel = [at_rest, Err(unread.into()), Err(unread.into())];
        return Ok(Round { rest, fires: Err(unread.into()), ends: Err(unread.into()), panel });
    };
    tell(&format!("{}: at rest, {said}; throwing {}", fault.alert(), fault.name()));
    let reading = at_rest.clone().unwrap_or_default();
    let watch = {
        let (parts, condition, stop, tell) = (parts.clone(), condition.clone(), stop.clone(), tell.clone());
        async move {
            let fires = until(true, &parts, &condition, limit, &stop).await;
            if let Ok(said) = &fires {
                tell(&format!("{}: holds, {said}", fault.alert()));
            }
            let shown = stop.run_until_cancelled(panel::reading_that(true, &parts, fault, reading)).await;
            (fires, shown.unwrap_or(Err("interrupted".into())))
        }
    };
    let (fires, under) = fault_guard::with_fault(parts, fault.injection(), watch).await?;
    let ends = until(false, parts, condition, limit, stop).await;
    if let Ok(said) = &ends {
        tell(&format!("{}: holds no more, {said}", fault.alert()));
    }
    let after = stop.run_until_cancelled(panel::reading_that(false, parts, fault, reading)).await;
    let panel = [at_rest, under, after.unwrap_or(Err("interrupted".into()))];
    Ok(Round { rest, fires, ends: ends.map(|said| format!("{said}, after taking back")), panel })
}

impl Round {
    /// Three claims on the condition, one on the panel.
    pub fn claims(self, fault: Fault) -> Vec<Claim> {
        let alert = fault.alert();
        vec![
            Claim::from_result(format!("{alert}'s condition does not hold at rest"), self.rest),
            Claim::from_result(format!("it holds under {}", fault.name()), self.fires),
            Claim::from_result("it holds no more once the fault is off", self.ends),
            panel::claim(fault, self.panel),
        ]
    }
}

/// Claims on where the rule says that a mail would lead.
pub async fn links(parts: &Clients, fault: Fault, rule: &Rule) -> Vec<Claim> {
    let (uid, id) = fault.panel();
    let names = rule.dashboard_uid == uid && rule.panel_id == Some(id);
    let panel = if names {
        links::panel_title(parts, (uid, id))
    } else {
        Err(format!("it names {} panel {:?}, not {uid} panel {id}", rule.dashboard_uid, rule.panel_id))
    };
    let runbook = match rule.annotations.get("runbook_url") {
        Some(url) => links::runbook_answers(parts, url, fault.alert()).await,
        None => Err("it has no runbook_url".into()),
    };
    vec![
        Claim::from_result("its rule names the panel with the fault", panel),
        Claim::from_result("the runbook that it names answers", runbook),
    ]
}

/// Waits until the traffic is seen, by the rule's own query too, and the condition does not hold.
pub async fn at_rest(
    parts: &Clients,
    fault: Fault,
    condition: &Condition,
    limit: Duration,
    stop: &CancellationToken,
) -> Result<String, String> {
    let started = Instant::now();
    loop {
        let unseen = watch::unseen(parts, fault.load()).await.map_err(|error| error.to_string());
        let last = match unseen {
            Ok(None) => match evaluate(parts, condition).await {
                Ok(quiet @ Outcome::Normal(_)) => return Ok(quiet.to_string()),
                Ok(other) => other.to_string(),
                Err(error) => error.to_string(),
            },
            Ok(Some(unseen)) => unseen,
            Err(error) => error,
        };
        pause(started, limit, stop, &last).await?;
    }
}

/// Waits until the condition holds, or holds no more; says how it stands and after what time.
async fn until(
    fires: bool,
    parts: &Clients,
    condition: &Condition,
    limit: Duration,
    stop: &CancellationToken,
) -> Result<String, String> {
    let started = Instant::now();
    loop {
        let last = match evaluate(parts, condition).await {
            Ok(standing) if standing.fires() == fires => return Ok(after(started, &standing)),
            Ok(standing) => standing.to_string(),
            Err(error) => error.to_string(),
        };
        pause(started, limit, stop, &last).await?;
    }
}

fn after(started: Instant, standing: &Outcome) -> String {
    format!("{standing}, {:.1} s", started.elapsed().as_secs_f64())
}

async fn pause(
    started: Instant,
    limit: Duration,
    stop: &CancellationToken,
    last: &str,
) -> Result<(), String> {
    if started.elapsed() > limit {
        return Err(format!("not within {} s: {last}", limit.as_secs()));
    }
    match stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await {
        Some(()) => Ok(()),
        None => Err("interrupted".into()),
    }
}
