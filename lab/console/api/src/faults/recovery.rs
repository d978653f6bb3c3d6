//! Waiting for the alert of a fault that was taken back.

use std::time::Duration;

use catalog::{Fault, RuleOwner};
use clients::Clients;
use evaluate::grafana_rules::condition::Condition;
use evaluate::grafana_rules::{evaluate, find};
use tokio::time::{Instant, sleep, timeout};

/// Longest wait.
const LIMIT: Duration = Duration::from_secs(60);
/// Longest wait where what the alert reads looks back a minute.
const LINGERING: Duration = Duration::from_secs(90);
/// How long the alert must be inactive: one that is about to come has come by then.
const QUIET: Duration = Duration::from_secs(3);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// Waits until the fault's alert is neither pending nor firing, at most so long. Says whether it came to that.
pub(super) async fn recovered(parts: &Clients, fault: Fault) -> bool {
    let limit = if fault.lingers() { LINGERING } else { LIMIT };
    timeout(limit, quiet(parts, fault)).await.is_ok()
}

async fn quiet(parts: &Clients, fault: Fault) {
    let mut since = Instant::now();
    while since.elapsed() < QUIET {
        // What cannot be asked is not known to be inactive.
        if is_active(parts, fault).await != Some(false) {
            since = Instant::now();
        }
        sleep(PAUSE).await;
    }
}

async fn is_active(parts: &Clients, fault: Fault) -> Option<bool> {
    let alerts = match fault.owner() {
        RuleOwner::Prometheus => parts.prometheus.alerts().await.ok()?,
        RuleOwner::Grafana => match parts.grafana.alerts().await {
            Ok(alerts) => alerts,
            // Grafana is absent: its rule is judged here.
            Err(_) => return holds(parts, fault).await,
        },
    };
    Some(alerts.iter().any(|alert| alert.name() == fault.alert()))
}

async fn holds(parts: &Clients, fault: Fault) -> Option<bool> {
    let rule = find(&parts.settings.alerting, fault.alert()).ok()?;
    let condition = Condition::of(&rule).ok()?;
    evaluate(parts, &condition).await.ok().map(|standing| standing.fires())
}
