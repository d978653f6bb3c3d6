//! Delivers the queue's batches to InfluxDB, with retries.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::Reporter;
use super::backoff::Backoff;
use crate::client::Verdict;

/// Minimum time between two log lines about rejected points.
const REJECTION_LOG_INTERVAL: Duration = Duration::from_secs(60);

/// State between attempts.
struct Delivery<'a> {
    stopping: &'a CancellationToken,
    backoff: Backoff,
    /// The database exists, as far as known.
    database_ready: bool,
    /// The last attempt failed.
    is_outage: bool,
    rejections: Rejections,
}

impl Reporter {
    /// Delivers batches until the queue is closed and empty.
    pub(super) async fn deliver(&self, stopping: &CancellationToken) {
        let mut delivery = Delivery {
            stopping,
            backoff: Backoff::default(),
            database_ready: !self.client.creates_database(),
            is_outage: false,
            rejections: Rejections::default(),
        };
        while let Some(batch) = self.queue.take().await {
            let verdict = match delivery.create_database(self).await {
                Some(failure) => failure,
                None => self.client.write(&batch).await,
            };
            match verdict {
                Verdict::Written { rejected, reason } => {
                    delivery.recovered();
                    self.queue.done(&batch);
                    self.stats.add_written(batch.points() - rejected);
                    self.stats.add_rejected(rejected);
                    delivery.rejections.record(rejected, &reason);
                }
                Verdict::Rejected(reason) => {
                    delivery.recovered();
                    // Splitting repeatedly isolates the invalid points, so that all others are written.
                    match batch.split() {
                        Ok(halves) => self.queue.put_back(halves),
                        Err(point) => {
                            self.queue.done(&point);
                            self.stats.add_rejected(point.points());
                            delivery.rejections.record(point.points(), &reason);
                        }
                    }
                }
                Verdict::DatabaseMissing(reason) => {
                    self.queue.put_back([batch]);
                    delivery.database_ready = !self.client.creates_database();
                    delivery.wait(&reason, None).await;
                }
                Verdict::Retry { reason, after } => {
                    self.queue.put_back([batch]);
                    delivery.wait(&reason, after).await;
                }
            }
        }
    }
}

impl Delivery<'_> {
    /// Creates the database if needed. Returns the outcome if points cannot be written yet.
    async fn create_database(&mut self, reporter: &Reporter) -> Option<Verdict> {
        if self.database_ready {
            return None;
        }
        match reporter.client.create_database().await {
            failure @ (Verdict::Retry { .. } | Verdict::DatabaseMissing(_)) => return Some(failure),
            Verdict::Rejected(reason) => {
                tracing::warn!(reason, "could not create the database, or it has another retention");
            }
            Verdict::Written { .. } => tracing::info!("the database exists"),
        }
        self.database_ready = true;
        None
    }

    /// Notes that InfluxDB has processed a request.
    fn recovered(&mut self) {
        self.backoff.reset();
        if std::mem::take(&mut self.is_outage) {
            tracing::info!("InfluxDB accepts points again");
        }
    }

    /// Waits before the next attempt. A stop ends the wait, once: the first attempt after it is immediate.
    async fn wait(&mut self, reason: &str, retry_after: Option<Duration>) {
        if !std::mem::replace(&mut self.is_outage, true) {
            tracing::warn!(reason, "InfluxDB does not accept points, queueing them");
        }
        let delay = self.backoff.next(retry_after);
        if self.stopping.is_cancelled() {
            sleep(delay).await;
        } else if self.stopping.run_until_cancelled(sleep(delay)).await.is_none() {
            self.backoff.reset();
        }
    }
}

/// Logs rejected points: the first at once, then their number at most once a minute.
#[derive(Debug, Default)]
struct Rejections {
    /// Points since the last log line.
    points: usize,
    logged: Option<Instant>,
}

impl Rejections {
    fn record(&mut self, points: usize, reason: &str) {
        self.points += points;
        if self.points > 0 && self.logged.is_none_or(|logged| logged.elapsed() >= REJECTION_LOG_INTERVAL) {
            tracing::warn!(points = self.points, reason, "InfluxDB rejected points");
            *self = Self { points: 0, logged: Some(Instant::now()) };
        }
    }
}
