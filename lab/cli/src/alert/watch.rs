//! Polls alerts and mails during a round trip.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio_util::sync::{CancellationToken, DropGuard};

use catalog::{Fault, RuleOwner, Stream};
use clients::{
    Clients,
    fetch::FetchError,
    maildev::Mail,
    prometheus::{Alert, Labels},
};

use crate::{
    alert::timeline::{Step, Timeline},
    own::Own,
    table::Failure,
};

/// Interval between two polls.
const INTERVAL: Duration = Duration::from_millis(50);
/// The lab is at rest if no alert has been active and no mail has arrived for this long: a mail may arrive a group interval
/// after its alert.
const REST_DURATION: Duration = Duration::from_secs(3);
/// A recorded series that exists while `EchoErrorsHigh` and `EchoSlow` are inhibited, after the echo server was unreachable.
const INHIBITED: &str = "echo:path_cut:last8s";

/// Why waiting failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WaitError {
    /// The timeout has passed.
    #[error("not within {}s{}", timeout.as_secs(), last.as_ref().map_or(String::new(), |last| format!(": {last}")))]
    TimedOut {
        /// The timeout.
        timeout: Duration,
        /// The last obstacle, if it is known.
        last: Option<String>,
    },
    /// A signal has arrived.
    #[error("interrupted")]
    Interrupted,
}

impl From<WaitError> for Failure {
    fn from(error: WaitError) -> Self {
        error.to_string().into()
    }
}

/// Polls alerts and mails in the background, from the injection until the last clone is dropped.
#[derive(Clone)]
pub struct Watch {
    started: Instant,
    observed: Arc<Mutex<Observed>>,
    print: Print,
    _polling: Arc<DropGuard>,
}

/// Prints a line of progress.
pub type Print = Arc<dyn Fn(&str) + Send + Sync>;

#[derive(Debug)]
struct Observed {
    timeline: Timeline,
    /// The mails received since the injection.
    mails: Vec<Mail>,
    /// The error of the last poll.
    error: Option<String>,
}

/// Waits until no alert is active except the user's `own`, no mail arrives, and Prometheus has scraped the fault's load.
/// Returns the ids of the mails in the mailbox.
///
/// # Errors
///
/// See [`WaitError`].
pub async fn wait_for_rest(
    clients: &Clients,
    fault: Fault,
    own: &Own,
    timeout: Duration,
    stop: &CancellationToken,
) -> Result<BTreeSet<String>, WaitError> {
    let started = Instant::now();
    let mut known = BTreeSet::new();
    let mut rest_since = Instant::now();
    loop {
        let last = match obstacle(clients, fault, own, &mut known).await {
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
    fault: Fault,
    own: &Own,
    known: &mut BTreeSet<String>,
) -> Result<Option<String>, FetchError> {
    let active = alerts(clients, fault).await?;
    if let Some(alert) = active.iter().find(|alert| !own.has_alert(&alert.labels)) {
        return Ok(Some(format!("{} is active", alert.name())));
    }
    let is_of_the_lab = |labels: &&Labels| !own.has_alert(labels);
    if let Some(labels) = clients.alertmanager.unresolved().await?.iter().find(is_of_the_lab) {
        return Ok(Some(format!("Alertmanager still has {}", name_of(labels))));
    }
    if fault.owner() == RuleOwner::Grafana
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
        return Ok(Some(
            "the alerts on echoes are still inhibited after an outage of the echo server".into(),
        ));
    }
    missing_load(clients, fault.load()).await
}

fn name_of(labels: &Labels) -> &str {
    labels.get("alertname").map_or("an alert", String::as_str)
}

/// The first stream without successful requests in Prometheus, as a sentence; `None` if all have some.
pub(crate) async fn missing_load(clients: &Clients, load: &[Stream]) -> Result<Option<String>, FetchError> {
    for stream in load {
        if clients.prometheus.instant(stream.success_query(), None).await?.is_empty() {
            return Ok(Some(format!("Prometheus has no successful {}", stream.name())));
        }
    }
    Ok(None)
}

/// The active alerts in Prometheus, and those in Grafana if it owns the fault's alert.
async fn alerts(clients: &Clients, fault: Fault) -> Result<Vec<Alert>, FetchError> {
    let mut alerts = clients.prometheus.alerts().await?;
    if fault.owner() == RuleOwner::Grafana {
        alerts.extend(clients.grafana.alerts().await?);
    }
    Ok(alerts)
}

impl Watch {
    /// Starts polling; to be called right before the injection. `known` are the ids of earlier mails, which are ignored, as
    /// are alerts and mails of the user's `own`. `print` gets a line for each step.
    pub fn new(clients: Clients, fault: Fault, own: Own, known: BTreeSet<String>, print: Print) -> Self {
        let observed = Observed { timeline: Timeline::default(), mails: Vec::new(), error: None };
        let observed = Arc::new(Mutex::new(observed));
        let started = Instant::now();
        let stop = CancellationToken::new();
        let polling = poll(clients, fault, (own, known), started, (observed.clone(), print.clone()));
        tokio::spawn(stop.clone().run_until_cancelled_owned(polling));
        let watch = Self { started, observed, print, _polling: Arc::new(stop.drop_guard()) };
        watch.record(Step::Injected);
        watch
    }

    /// Waits until the step has happened.
    ///
    /// # Errors
    ///
    /// See [`WaitError`].
    pub async fn until(
        &self,
        step: Step,
        timeout: Duration,
        stop: &CancellationToken,
    ) -> Result<(), WaitError> {
        let started = Instant::now();
        while self.timeline().time(step).is_none() {
            if started.elapsed() > timeout {
                return Err(WaitError::TimedOut { timeout, last: lock(&self.observed).error.clone() });
            }
            if stop.run_until_cancelled(tokio::time::sleep(INTERVAL)).await.is_none() {
                return Err(WaitError::Interrupted);
            }
        }
        Ok(())
    }

    /// Records a step of the caller.
    pub fn record(&self, step: Step) {
        let line = lock(&self.observed).timeline.record(step, self.started.elapsed());
        line.iter().for_each(|line| (self.print)(line));
    }

    /// The steps so far.
    pub fn timeline(&self) -> Timeline {
        lock(&self.observed).timeline.clone()
    }

    /// The mails received since the injection.
    pub fn mails(&self) -> Vec<Mail> {
        lock(&self.observed).mails.clone()
    }
}

/// Polls the alerts and the mailbox forever.
async fn poll(
    clients: Clients,
    fault: Fault,
    (own, known): (Own, BTreeSet<String>),
    started: Instant,
    (observed, print): (Arc<Mutex<Observed>>, Print),
) {
    loop {
        // Independently of each other: the fault may have stopped one of them.
        let (alerts, mails) = tokio::join!(alerts(&clients, fault), clients.maildev.mails());
        let error = alerts.as_ref().err().or(mails.as_ref().err()).map(FetchError::to_string);
        let mut new = mails.unwrap_or_default();
        new.retain(|mail| !known.contains(&mail.id) && !own.has_mail(mail));
        let mut alerts = alerts.unwrap_or_default();
        alerts.retain(|alert| !own.has_alert(&alert.labels));
        let lines = {
            let mut observed = lock(&observed);
            observed.error = error;
            let lines = observed.timeline.observe(fault.alert(), started.elapsed(), &alerts, &new);
            if !new.is_empty() {
                observed.mails = new;
            }
            lines
        };
        lines.iter().for_each(|line| print(line));
        tokio::time::sleep(INTERVAL).await;
    }
}

fn lock(observed: &Mutex<Observed>) -> MutexGuard<'_, Observed> {
    observed.lock().unwrap_or_else(PoisonError::into_inner)
}
