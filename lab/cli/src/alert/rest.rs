//! Waits until the lab is at rest, before the injection.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use catalog::{Fault, RuleOwner, Stream};
use clients::{Clients, fetch::FetchError, prometheus::Labels};
use tokio_util::sync::CancellationToken;

use super::watch::{INTERVAL, WaitError, alerts};
use crate::own::Own;

/// The lab is at rest if no alert has been active and no mail has arrived for this long: a mail may arrive a group interval
/// after its alert.
const REST_DURATION: Duration = Duration::from_secs(3);
/// A query with a result while `EchoErrorsHigh` and `EchoSlow` are excluded, after the echo server was unreachable.
const INHIBITED: &str = "echo:path_cut:last8s == 1";

/// Waits until no alert is active except the user's `own`, no mail arrives, and Prometheus has scraped the faults' load.
/// Returns the ids of the mails in the mailbox.
///
/// # Errors
///
/// See [`WaitError`].
pub(super) async fn wait_for_rest(
    clients: &Clients,
    faults: &[Fault],
    own: &Own,
    timeout: Duration,
    stop: &CancellationToken,
) -> Result<BTreeSet<String>, WaitError> {
    let started = Instant::now();
    let mut known = BTreeSet::new();
    let mut rest_since = Instant::now();
    loop {
        let last = match obstacle(clients, faults, own, &mut known).await {
            Ok(None) if rest_since.elapsed() >= REST_DURATION => return Ok(known),
            Ok(None) => None,
            Ok(Some(obstacle)) => Some(obstacle),
            Err(error) => Some(error.to_string()),
        };
        if last.is_some() {
            rest_since = Instant::now();
        }
        if started.elapsed() > timeout {
            return Err(WaitError::TimedOut { timeout, last });
        }
        if stop.run_until_cancelled(tokio::time::sleep(INTERVAL)).await.is_none() {
            return Err(WaitError::Interrupted);
        }
    }
}

/// Why the lab is not at rest; `None` if it is.
async fn obstacle(
    clients: &Clients,
    faults: &[Fault],
    own: &Own,
    known: &mut BTreeSet<String>,
) -> Result<Option<String>, FetchError> {
    let active = alerts(clients, faults).await?;
    if let Some(alert) = active.iter().find(|alert| !own.has_alert(&alert.labels)) {
        return Ok(Some(format!("{} is active", alert.name())));
    }
    let is_of_the_lab = |labels: &&Labels| !own.has_alert(labels);
    if let Some(labels) = clients.alertmanager.unresolved().await?.iter().find(is_of_the_lab) {
        return Ok(Some(format!("Alertmanager still has {}", name_of(labels))));
    }
    if is_of_grafana(faults)
        && let Some(labels) = clients.grafana.unresolved().await?.iter().find(is_of_the_lab)
    {
        return Ok(Some(format!("Grafana still has {}", name_of(labels))));
    }
    let mails = clients.maildev.mails().await?.into_iter().filter(|mail| !own.has_mail(mail));
    let mails: BTreeSet<String> = mails.map(|mail| mail.id).collect();
    if mails != *known {
        *known = mails;
        return Ok(Some("mails are arriving".into()));
    }
    if !clients.prometheus.instant(INHIBITED, None).await?.is_empty() {
        return Ok(Some("the alerts on echoes are still excluded after an outage of the echo server".into()));
    }
    missing_load(clients, &load(faults)).await
}

/// Whether Grafana owns an alert of the faults.
pub(super) fn is_of_grafana(faults: &[Fault]) -> bool {
    faults.iter().any(|fault| fault.owner() == RuleOwner::Grafana)
}

/// The streams that the faults' alerts need, each once.
pub(super) fn load(faults: &[Fault]) -> Vec<Stream> {
    let mut load = Vec::new();
    for stream in faults.iter().flat_map(|fault| fault.load()) {
        if !load.contains(stream) {
            load.push(*stream);
        }
    }
    load
}

fn name_of(labels: &Labels) -> &str {
    labels.get("alertname").map_or("an alert", String::as_str)
}

/// The first stream without successful requests in Prometheus, as a sentence; `None` if all have some.
pub(super) async fn missing_load(clients: &Clients, load: &[Stream]) -> Result<Option<String>, FetchError> {
    for stream in load {
        if clients.prometheus.instant(stream.success_query(), None).await?.is_empty() {
            return Ok(Some(format!("Prometheus has no successful {}", stream.name())));
        }
    }
    Ok(None)
}
