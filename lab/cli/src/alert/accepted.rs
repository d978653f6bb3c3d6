//! A round trip with another mailbox than the lab's own, which cannot be read: proves that the mail server accepts the mail.

use std::time::{Duration, Instant};

use catalog::Fault;
use clients::{
    Clients,
    prometheus::{Alert, AlertState},
};
use faults::fault_guard;
use tokio_util::sync::CancellationToken;

use super::{AlertError, Groups, KEEP_FIRING, log, panel, settle, watch::Print};
use crate::table::{Claim, Evidence, Failure};

/// Delay of the first mail to another mailbox: `group_wait`.
const GROUP_WAIT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Injects the faults until their mails are accepted, and clears them.
pub(super) async fn round(
    clients: &Clients,
    faults: &[Fault],
    timeout: Duration,
    stop: &CancellationToken,
    print: &Print,
) -> Result<Groups, AlertError> {
    settle(clients, faults, timeout, stop, print).await?;
    let (baselines, values) = panel::read_baselines(clients, faults).await;
    let during = {
        let (clients, faults, stop, print) = (clients.clone(), faults.to_vec(), stop.clone(), print.clone());
        let values = values.clone();
        async move {
            let accepted = accepted(&clients, &faults, timeout + GROUP_WAIT, &stop, &print).await;
            (accepted, panel::read_all(true, &clients, &faults, &values, &stop).await)
        }
    };
    let injections = faults.iter().map(|fault| fault.injection()).collect();
    let ((fired, accepted), shown) =
        fault_guard::with_faults(clients.clone(), injections, Box::pin(during)).await?;
    let resolved = inactive(clients, faults, timeout + KEEP_FIRING, stop).await;
    let mut claims = vec![
        Claim::from_result("the alert fires", fired),
        Claim::from_result("the mail server accepts the firing mail", accepted),
        Claim::from_result("the alert resolves after the fault", resolved),
    ];
    let recovered = panel::read_all(false, clients, faults, &values, stop).await;
    for (((fault, baseline), shown), recovered) in faults.iter().zip(baselines).zip(shown).zip(recovered) {
        claims.push(panel::claim(*fault, [baseline, shown, recovered]));
    }
    let elsewhere = format!("only the mailbox of {} shows them", clients.settings.smtp_to);
    let mails = vec![
        Claim::not_provable("recipient, subject, body and links of the mail", elsewhere),
        Claim::not_provable("the resolved mail", "it follows up to five minutes later"),
    ];
    Ok(vec![("Round trip".into(), claims), ("Mails".into(), mails)])
}

/// Waits until the faults' alerts fire, and until as many mails have been accepted; returns the evidence of both.
async fn accepted(
    clients: &Clients,
    faults: &[Fault],
    timeout: Duration,
    stop: &CancellationToken,
    print: &Print,
) -> (Evidence, Evidence) {
    let (started, before) = (Instant::now(), clients.alertmanager.mail_attempts().await);
    let before = match before {
        Ok(before) => before,
        Err(error) => return (Err(error.to_string().into()), Err("see above".into())),
    };
    let since = |started: Instant| format!("{:.1} s after the fault", started.elapsed().as_secs_f64());
    let (mut fired, mut failed) = (None, 0);
    loop {
        if fired.is_none()
            && let Ok(alerts) = clients.prometheus.alerts().await
            && faults.iter().all(|fault| has(&alerts, *fault, Some(AlertState::Firing)))
        {
            print(&format!(
                "  firing         {}; the mail follows within {} s",
                since(started),
                GROUP_WAIT.as_secs()
            ));
            fired = Some(since(started));
        }
        if let Ok(now) = clients.alertmanager.mail_attempts().await {
            let mails = now.accepted.saturating_sub(before.accepted);
            failed = now.failed.saturating_sub(before.failed);
            if let Some(fired) = &fired
                && mails >= faults.len() as u64
            {
                let host = &clients.settings.smtp_host;
                print(&format!("  accepted       {}", since(started)));
                return (Ok(fired.clone()), Ok(format!("{mails} by {host}, {}", since(started))));
            }
        }
        if started.elapsed() > timeout || stop.is_cancelled() {
            let problem = if stop.is_cancelled() {
                "interrupted".to_owned()
            } else {
                format!("not within {} s", timeout.as_secs())
            };
            let problem = if failed > 0 { format!("{problem}; {failed} attempts failed") } else { problem };
            let problem = log::explain(clients, timeout.as_secs_f64(), Failure::from(problem)).await;
            let fired = fired.ok_or_else(|| Failure::from(format!("not within {} s", timeout.as_secs())));
            return (fired, Err(problem));
        }
        stop.run_until_cancelled(tokio::time::sleep(POLL_INTERVAL)).await;
    }
}

async fn inactive(
    clients: &Clients,
    faults: &[Fault],
    timeout: Duration,
    stop: &CancellationToken,
) -> Evidence {
    let started = Instant::now();
    while !stop.is_cancelled() && started.elapsed() < timeout {
        let alerts = clients.prometheus.alerts().await?;
        if !faults.iter().any(|fault| has(&alerts, *fault, None)) {
            return Ok(format!("{:.1} s after clearing it", started.elapsed().as_secs_f64()));
        }
        stop.run_until_cancelled(tokio::time::sleep(POLL_INTERVAL)).await;
    }
    Err(format!("not within {} s", timeout.as_secs()).into())
}

/// Whether the fault's alert is active, or in a state.
fn has(alerts: &[Alert], fault: Fault, state: Option<AlertState>) -> bool {
    alerts.iter().any(|alert| alert.name() == fault.alert() && state.is_none_or(|state| alert.state == state))
}
