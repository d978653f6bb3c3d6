//! Waits for the alert of a cleared fault to recover.

use std::time::Duration;

use catalog::{Fault, RuleOwner};
use clients::Clients;
use evaluate::grafana_rules::condition::Condition;
use evaluate::grafana_rules::evaluate;
use evaluate::grafana_rules::find;
use tokio::time::{Instant, sleep, timeout};

const RECOVERY_TIMEOUT: Duration = Duration::from_secs(120);
/// For alerts whose query looks back one minute.
const LINGERING_TIMEOUT: Duration = Duration::from_secs(150);
/// How long the alert must stay inactive: long enough for a pending evaluation to activate it again.
const QUIET_PERIOD: Duration = Duration::from_secs(3);
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Waits until the condition of the fault's alert no longer holds; returns false on timeout. The alert itself fires for another
/// minute: the fault's traffic is not needed for that.
pub(super) async fn wait_for_recovery(clients: &Clients, fault: Fault) -> bool {
    let limit = if fault.lingers() { LINGERING_TIMEOUT } else { RECOVERY_TIMEOUT };
    timeout(limit, wait_until_quiet(clients, fault)).await.is_ok()
}

async fn wait_until_quiet(clients: &Clients, fault: Fault) {
    let mut quiet_since = Instant::now();
    while quiet_since.elapsed() < QUIET_PERIOD {
        // An alert whose state is unknown may be active.
        if is_active(clients, fault).await != Some(false) {
            quiet_since = Instant::now();
        }
        sleep(POLL_INTERVAL).await;
    }
}

async fn is_active(clients: &Clients, fault: Fault) -> Option<bool> {
    let alerts = match fault.owner() {
        RuleOwner::Prometheus => clients.prometheus.alerts().await.ok()?,
        RuleOwner::Grafana => match clients.grafana.alerts().await {
            Ok(alerts) => alerts,
            // Grafana is unavailable: evaluate its rule here.
            Err(_) => return condition_holds(clients, fault).await,
        },
    };
    Some(alerts.iter().any(|alert| alert.name() == fault.alert() && alert.keep_firing_since.is_none()))
}

async fn condition_holds(clients: &Clients, fault: Fault) -> Option<bool> {
    let rule = find(&clients.settings.alerting, fault.alert()).ok()?;
    let condition = Condition::of(&rule).ok()?;
    evaluate(clients, &condition).await.ok().map(|outcome| outcome.fires())
}
