//! Looks at Prometheus and the mailbox until something has happened.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;

use crate::{
    alert::timeline::{Event, Timeline},
    fetch::FetchError,
    maildev::Mail,
    parts::Parts,
};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// How long nothing may happen for the lab to be at rest: a mail may follow its alert's end by a group interval.
const QUIET: Duration = Duration::from_secs(3);
/// Whether Prometheus sees the traffic that the alerts are about.
const TRAFFIC: &str = r#"sum(rate(grpc_client_handled_total{job="web-client",grpc_code="OK"}[3s])) > 0"#;

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

/// One alert from its fault on; clones look at the same.
#[derive(Clone, Debug)]
pub struct Watch {
    parts: Parts,
    alert: &'static str,
    started: Instant,
    known: Arc<BTreeSet<String>>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug)]
struct Seen {
    timeline: Timeline,
    mails: Vec<Mail>,
}

/// Waits until no alert is active, no mail comes any more and the traffic is seen. Returns the ids of the mails that are there.
pub async fn rest(
    parts: &Parts,
    limit: Duration,
    stop: &CancellationToken,
) -> Result<BTreeSet<String>, Stopped> {
    let started = Instant::now();
    let mut known = BTreeSet::new();
    let mut quiet_since = Instant::now();
    loop {
        let last = match unrest(parts, &mut known).await {
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
async fn unrest(parts: &Parts, known: &mut BTreeSet<String>) -> Result<Option<String>, FetchError> {
    let active = parts.prometheus.alerts().await?;
    if let Some(alert) = active.first() {
        return Ok(Some(format!("{} is active", alert.name())));
    }
    if let Some(held) = parts.alertmanager.held().await?.first() {
        return Ok(Some(format!("Alertmanager still has {held}")));
    }
    let mails: BTreeSet<String> = parts.maildev.mails().await?.into_iter().map(|mail| mail.id).collect();
    if mails != *known {
        *known = mails;
        return Ok(Some("mails are coming in".into()));
    }
    if parts.prometheus.instant(TRAFFIC, None).await?.is_empty() {
        return Ok(Some("Prometheus sees no successful echoes".into()));
    }
    Ok(None)
}

impl Watch {
    /// Begins with the fault, which is thrown right after. `known` are the mails that were there before.
    pub fn new(parts: Parts, alert: &'static str, known: BTreeSet<String>) -> Self {
        let seen = Seen { timeline: Timeline::begin(), mails: Vec::new() };
        let seen = Arc::new(Mutex::new(seen));
        Self { parts, alert, started: Instant::now(), known: Arc::new(known), seen }
    }

    /// Looks until the event has happened.
    pub async fn until(
        &self,
        event: Event,
        limit: Duration,
        stop: &CancellationToken,
    ) -> Result<(), Stopped> {
        let started = Instant::now();
        loop {
            let last = self.look().await.err().map(|error| error.to_string());
            if self.seen().timeline.time(event).is_some() {
                return Ok(());
            }
            if started.elapsed() > limit {
                return Err(Stopped::TimedOut { limit, last });
            }
            if stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_none() {
                return Err(Stopped::Interrupted);
            }
        }
    }

    /// Goes on looking for that long: one mail too many would come now.
    pub async fn follow(&self, time: Duration, stop: &CancellationToken) {
        let started = Instant::now();
        while started.elapsed() < time && !stop.is_cancelled() {
            // A part that does not answer once is asked again.
            _ = self.look().await;
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Notes something that the caller did.
    pub fn note(&self, event: Event) {
        self.seen().timeline.note(event, self.started.elapsed());
    }

    /// What was seen so far.
    pub fn timeline(&self) -> Timeline {
        self.seen().timeline.clone()
    }

    /// The mails that came since the watch began.
    pub fn mails(&self) -> Vec<Mail> {
        self.seen().mails.clone()
    }

    async fn look(&self) -> Result<(), FetchError> {
        let alerts = self.parts.prometheus.alerts().await?;
        let mut mails = self.parts.maildev.mails().await?;
        mails.retain(|mail| !self.known.contains(&mail.id));
        let mut seen = self.seen();
        seen.timeline.observe(self.alert, self.started.elapsed(), &alerts, &mails);
        seen.mails = mails;
        Ok(())
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
