//! Looks at Prometheus and the mailbox until something has happened.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio_util::sync::{CancellationToken, DropGuard};

use catalog::{Fault, RuleOwner, Stream};
use clients::{Clients, fetch::FetchError, maildev::Mail, prometheus::Alert};

use crate::alert::timeline::{Event, Timeline};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);
/// How long nothing may happen for the lab to be at rest: a mail may follow its alert's end by a group interval.
const QUIET: Duration = Duration::from_secs(3);
/// Recorded while `EchoErrorsHigh` and `EchoSlow` are held back, because the way to the server was cut a moment ago.
const HELD_BACK: &str = "echo:path_cut:last8s";

/// Why waiting ended before what was waited for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// Its limit came first.
    #[error("not within {}s{}", limit.as_secs(), last.as_ref().map_or(String::new(), |last| format!(": {last}")))]
    TimedOut {
        /// The limit.
        limit: Duration,
        /// What stood in the way last, if that is known.
        last: Option<String>,
    },
    /// A signal came first.
    #[error("interrupted")]
    Interrupted,
}

/// One alert from its fault on: looks all the time until the last clone is dropped.
#[derive(Clone)]
pub struct Watch {
    started: Instant,
    seen: Arc<Mutex<Seen>>,
    tell: Tell,
    _looking: Arc<DropGuard>,
}

/// Takes a line for the person who waits.
pub type Tell = Arc<dyn Fn(&str) + Send + Sync>;

#[derive(Debug)]
struct Seen {
    timeline: Timeline,
    /// The mails that have come since.
    mails: Vec<Mail>,
    /// Why the newest look failed.
    error: Option<String>,
}

/// Waits until no alert is active, no mail comes any more and the traffic is seen. Returns the ids of the mails that
/// are there.
pub async fn rest(
    parts: &Clients,
    fault: Fault,
    limit: Duration,
    stop: &CancellationToken,
) -> Result<BTreeSet<String>, Stopped> {
    let started = Instant::now();
    let mut known = BTreeSet::new();
    let mut quiet_since = Instant::now();
    loop {
        let last = match unrest(parts, fault, &mut known).await {
            Ok(None) if quiet_since.elapsed() >= QUIET => return Ok(known),
            Ok(None) => None,
            Ok(Some(cause)) => Some(cause),
            Err(error) => Some(error.to_string()),
        };
        if last.is_some() {
            quiet_since = Instant::now();
        }
        if started.elapsed() > limit {
            return Err(Stopped::TimedOut { limit, last });
        }
        if stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_none() {
            return Err(Stopped::Interrupted);
        }
    }
}

/// What keeps the lab from rest.
async fn unrest(
    parts: &Clients,
    fault: Fault,
    known: &mut BTreeSet<String>,
) -> Result<Option<String>, FetchError> {
    let active = alerts(parts, fault).await?;
    if let Some(alert) = active.first() {
        return Ok(Some(format!("{} is active", alert.name())));
    }
    if let Some(held) = parts.alertmanager.unresolved().await?.first() {
        return Ok(Some(format!("Alertmanager still has {held}")));
    }
    if fault.owner() == RuleOwner::Grafana
        && let Some(held) = parts.grafana.unresolved().await?.first()
    {
        return Ok(Some(format!("Grafana still has {held}")));
    }
    let mails: BTreeSet<String> = parts.maildev.mails().await?.into_iter().map(|mail| mail.id).collect();
    if mails != *known {
        *known = mails;
        return Ok(Some("mails are coming in".into()));
    }
    if !parts.prometheus.instant(HELD_BACK, None).await?.is_empty() {
        return Ok(Some("the alerts on echoes are still held back by an earlier cause".into()));
    }
    unseen(parts, fault.load()).await
}

/// What Prometheus sees nothing of, of the traffic that the alerts are about.
pub(crate) async fn unseen(parts: &Clients, traffic: &[Stream]) -> Result<Option<String>, FetchError> {
    for stream in traffic {
        if parts.prometheus.instant(stream.success_query(), None).await?.is_empty() {
            return Ok(Some(format!("Prometheus sees no successful {}", stream.name())));
        }
    }
    Ok(None)
}

/// The active alerts, as far as the fault's own and all of Prometheus' go.
async fn alerts(parts: &Clients, fault: Fault) -> Result<Vec<Alert>, FetchError> {
    let mut alerts = parts.prometheus.alerts().await?;
    if fault.owner() == RuleOwner::Grafana {
        alerts.extend(parts.grafana.alerts().await?);
    }
    Ok(alerts)
}

impl Watch {
    /// Begins with the fault, which is thrown right after. `known` are the mails that were there before; `tell` gets a
    /// line for each event when it comes.
    pub fn new(parts: Clients, fault: Fault, known: BTreeSet<String>, tell: Tell) -> Self {
        let seen = Seen { timeline: Timeline::default(), mails: Vec::new(), error: None };
        let seen = Arc::new(Mutex::new(seen));
        let started = Instant::now();
        let stop = CancellationToken::new();
        let looking = look_on(parts, fault, known, started, (seen.clone(), tell.clone()));
        tokio::spawn(stop.clone().run_until_cancelled_owned(looking));
        let watch = Self { started, seen, tell, _looking: Arc::new(stop.drop_guard()) };
        watch.note(Event::Fault);
        watch
    }

    /// Waits until the event has happened.
    pub async fn until(
        &self,
        event: Event,
        limit: Duration,
        stop: &CancellationToken,
    ) -> Result<(), Stopped> {
        let started = Instant::now();
        while self.timeline().time(event).is_none() {
            if started.elapsed() > limit {
                return Err(Stopped::TimedOut { limit, last: lock(&self.seen).error.clone() });
            }
            if stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_none() {
                return Err(Stopped::Interrupted);
            }
        }
        Ok(())
    }

    /// Notes something that the caller did.
    pub fn note(&self, event: Event) {
        let line = lock(&self.seen).timeline.note(event, self.started.elapsed());
        line.iter().for_each(|line| (self.tell)(line));
    }

    /// What was seen so far.
    pub fn timeline(&self) -> Timeline {
        lock(&self.seen).timeline.clone()
    }

    /// The mails that came since the watch began.
    pub fn mails(&self) -> Vec<Mail> {
        lock(&self.seen).mails.clone()
    }
}

/// Looks at the alerts and the mailbox for ever.
async fn look_on(
    parts: Clients,
    fault: Fault,
    known: BTreeSet<String>,
    started: Instant,
    (seen, tell): (Arc<Mutex<Seen>>, Tell),
) {
    loop {
        // Each for itself: one of them may be what is broken.
        let (alerts, mails) = tokio::join!(alerts(&parts, fault), parts.maildev.mails());
        let error = alerts.as_ref().err().or(mails.as_ref().err()).map(FetchError::to_string);
        let mut new = mails.unwrap_or_default();
        new.retain(|mail| !known.contains(&mail.id));
        let lines = {
            let mut seen = lock(&seen);
            seen.error = error;
            let lines =
                seen.timeline.observe(fault.alert(), started.elapsed(), &alerts.unwrap_or_default(), &new);
            if !new.is_empty() {
                seen.mails = new;
            }
            lines
        };
        lines.iter().for_each(|line| tell(line));
        tokio::time::sleep(PAUSE).await;
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
