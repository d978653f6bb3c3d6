//! Polls alerts and mails during a round trip.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio_util::sync::{CancellationToken, DropGuard};

use catalog::Fault;
use clients::{Clients, fetch::FetchError, maildev::Mail, prometheus::Alert};

use crate::{
    alert::{
        rest,
        timeline::{Step, Timeline},
    },
    own::Own,
    table::Failure,
};

/// Interval between two polls.
pub(super) const INTERVAL: Duration = Duration::from_millis(50);

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
    /// By fault.
    timelines: Vec<(Fault, Timeline)>,
    /// The mails received since the injection.
    mails: Vec<Mail>,
    /// The error of the last poll.
    error: Option<String>,
}

/// The active alerts in Prometheus, and those in Grafana if it owns an alert of the faults.
pub(super) async fn alerts(clients: &Clients, faults: &[Fault]) -> Result<Vec<Alert>, FetchError> {
    let mut alerts = clients.prometheus.alerts().await?;
    if rest::is_of_grafana(faults) {
        alerts.extend(clients.grafana.alerts().await?);
    }
    Ok(alerts)
}

impl Watch {
    /// Starts polling; to be called right before the injection. `known` are the ids of earlier mails, which are ignored, as
    /// are alerts and mails of the user's `own`. `print` gets a line for each step.
    pub fn new(clients: Clients, faults: &[Fault], own: Own, known: BTreeSet<String>, print: Print) -> Self {
        let timelines = faults.iter().map(|fault| (*fault, Timeline::default())).collect();
        let observed = Observed { timelines, mails: Vec::new(), error: None };
        let observed = Arc::new(Mutex::new(observed));
        let started = Instant::now();
        let stop = CancellationToken::new();
        let polling =
            poll(clients, faults.to_vec(), (own, known), started, (observed.clone(), print.clone()));
        tokio::spawn(stop.clone().run_until_cancelled_owned(polling));
        let watch = Self { started, observed, print, _polling: Arc::new(stop.drop_guard()) };
        watch.record(Step::Injected);
        watch
    }

    /// Waits until the step has happened for each fault.
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
        loop {
            let last = {
                let observed = lock(&self.observed);
                let mut timelines = observed.timelines.iter();
                let Some((fault, _)) = timelines.find(|(_, timeline)| timeline.time(step).is_none()) else {
                    return Ok(());
                };
                let several = (observed.timelines.len() > 1).then(|| format!("none of {}", fault.alert()));
                observed.error.clone().or(several)
            };
            if started.elapsed() > timeout {
                return Err(WaitError::TimedOut { timeout, last });
            }
            if stop.run_until_cancelled(tokio::time::sleep(INTERVAL)).await.is_none() {
                return Err(WaitError::Interrupted);
            }
        }
    }

    /// Records a step of the caller, for all faults.
    pub fn record(&self, step: Step) {
        let at = self.started.elapsed();
        let mut observed = lock(&self.observed);
        let lines = observed.timelines.iter_mut().filter_map(|(_, timeline)| timeline.record(step, at));
        let line = lines.reduce(|first, _| first);
        drop(observed);
        line.iter().for_each(|line| (self.print)(line));
    }

    /// The steps of a fault so far.
    pub fn timeline(&self, fault: Fault) -> Timeline {
        let observed = lock(&self.observed);
        let found = observed.timelines.iter().find(|(known, _)| *known == fault);
        found.map(|(_, timeline)| timeline.clone()).unwrap_or_default()
    }

    /// The lines of the steps that have not happened.
    pub fn missing(&self) -> Vec<String> {
        let observed = lock(&self.observed);
        let named = observed.timelines.len() > 1;
        let lines = observed.timelines.iter();
        lines
            .flat_map(|(fault, timeline)| {
                timeline.missing().into_iter().map(move |line| of(line, *fault, named))
            })
            .collect()
    }

    /// The mails received since the injection.
    pub fn mails(&self) -> Vec<Mail> {
        lock(&self.observed).mails.clone()
    }
}

/// Polls the alerts and the mailbox forever.
async fn poll(
    clients: Clients,
    faults: Vec<Fault>,
    (own, known): (Own, BTreeSet<String>),
    started: Instant,
    (observed, print): (Arc<Mutex<Observed>>, Print),
) {
    loop {
        // Independently of each other: the fault may have stopped one of them.
        let (alerts, mails) = tokio::join!(alerts(&clients, &faults), clients.maildev.mails());
        let error = alerts.as_ref().err().or(mails.as_ref().err()).map(FetchError::to_string);
        let mut new = mails.unwrap_or_default();
        new.retain(|mail| !known.contains(&mail.id) && !own.has_mail(mail));
        let mut alerts = alerts.unwrap_or_default();
        alerts.retain(|alert| !own.has_alert(&alert.labels));
        let lines = {
            let mut observed = lock(&observed);
            observed.error = error;
            let (at, named) = (started.elapsed(), faults.len() > 1);
            let mut lines = Vec::new();
            for (fault, timeline) in &mut observed.timelines {
                let steps = timeline.observe(fault.alert(), at, &alerts, &new).into_iter();
                lines.extend(steps.map(|line| of(line, *fault, named)));
            }
            if !new.is_empty() {
                observed.mails = new;
            }
            lines
        };
        lines.iter().for_each(|line| print(line));
        tokio::time::sleep(INTERVAL).await;
    }
}

/// The line of a step, with the alert if there are several.
fn of(line: String, fault: Fault, named: bool) -> String {
    if named { format!("{line}  {}", fault.alert()) } else { line }
}

fn lock(observed: &Mutex<Observed>) -> MutexGuard<'_, Observed> {
    observed.lock().unwrap_or_else(PoisonError::into_inner)
}
