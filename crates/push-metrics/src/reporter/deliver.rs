//! From the queue to InfluxDB.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::Reporter;
use crate::backoff::Backoff;
use crate::client::Reply;

/// How often it is said that points are refused.
const REFUSALS_LOGGED: Duration = Duration::from_secs(60);

/// Where delivering stands.
struct Delivery<'a> {
    stopping: &'a CancellationToken,
    backoff: Backoff,
    /// The database is there, as far as is known.
    ready: bool,
    /// InfluxDB does not take points, at the moment.
    outage: bool,
    refusals: Refusals,
}

impl Reporter {
    /// Delivers until the queue is closed and empty.
    pub(super) async fn deliver(&self, stopping: &CancellationToken) {
        let ready = !self.client.creates();
        let mut delivery = Delivery {
            stopping,
            backoff: Backoff::default(),
            ready,
            outage: false,
            refusals: Refusals::default(),
        };
        while let Some(batch) = self.queue.take().await {
            let reply = match delivery.prepare(self).await {
                None => self.client.write(&batch).await,
                Some(reply) => reply,
            };
            match reply {
                Reply::Written { rejected, why } => {
                    delivery.reached();
                    self.queue.done(&batch);
                    self.stats.add_written(batch.points() - rejected);
                    self.stats.add_rejected(rejected);
                    delivery.refusals.note(rejected, &why);
                }
                Reply::Refused(why) => {
                    delivery.reached();
                    // In halves, all points come through but the one that is refused.
                    match batch.split() {
                        Ok(halves) => self.queue.put_back(halves),
                        Err(point) => {
                            self.queue.done(&point);
                            self.stats.add_rejected(point.points());
                            delivery.refusals.note(point.points(), &why);
                        }
                    }
                }
                Reply::Missing(why) => {
                    self.queue.put_back([batch]);
                    delivery.ready = !self.client.creates();
                    delivery.wait(&why, None).await;
                }
                Reply::Later { why, after } => {
                    self.queue.put_back([batch]);
                    delivery.wait(&why, after).await;
                }
            }
        }
    }
}

impl Delivery<'_> {
    /// Makes the database, if that is wanted and not done. Returns why there is nothing to be written to, if so.
    async fn prepare(&mut self, reporter: &Reporter) -> Option<Reply> {
        if self.ready {
            return None;
        }
        match reporter.client.create().await {
            later @ (Reply::Later { .. } | Reply::Missing(_)) => return Some(later),
            Reply::Refused(why) => tracing::warn!(why, "the database is not created, or is another"),
            Reply::Written { .. } => tracing::info!("the database is there"),
        }
        self.ready = true;
        None
    }

    fn reached(&mut self) {
        self.backoff.reset();
        if std::mem::take(&mut self.outage) {
            tracing::info!("points reach InfluxDB again");
        }
    }

    /// Waits before the next attempt. When it is time to stop, the first is at once.
    async fn wait(&mut self, why: &str, after: Option<Duration>) {
        if !std::mem::replace(&mut self.outage, true) {
            tracing::warn!(why, "points do not reach InfluxDB, they wait");
        }
        let wait = self.backoff.next(after);
        if self.stopping.is_cancelled() {
            sleep(wait).await;
        } else if self.stopping.run_until_cancelled(sleep(wait)).await.is_none() {
            self.backoff.reset();
        }
    }
}

/// Points that InfluxDB refuses, which it is likely to do with each push: a log line for the first, then one a minute.
#[derive(Debug, Default)]
struct Refusals {
    /// Since the last log line.
    points: usize,
    logged: Option<Instant>,
}

impl Refusals {
    fn note(&mut self, points: usize, why: &str) {
        self.points += points;
        if self.points > 0 && self.logged.is_none_or(|logged| logged.elapsed() >= REFUSALS_LOGGED) {
            tracing::warn!(points = self.points, why, "points are refused");
            *self = Self { points: 0, logged: Some(Instant::now()) };
        }
    }
}
