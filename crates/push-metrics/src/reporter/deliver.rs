//! Delivers the queue's batches to InfluxDB, with retries.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::Reporter;
use super::backoff::Backoff;
use super::batch_size::BatchSize;
use super::outage::Outage;
use crate::batch::Batch;
use crate::client::{Creation, Retry, Verdict};
use crate::failure::Failure;

/// Minimum time between two log lines about rejected points.
const REJECTION_LOG_INTERVAL: Duration = Duration::from_secs(60);

/// State between attempts.
struct Delivery<'a> {
    stopping: &'a CancellationToken,
    backoff: Backoff,
    batch_size: BatchSize,
    /// The database exists, as far as known.
    database_ready: bool,
    /// The refusal to create the database is logged.
    refusal_logged: bool,
    outage: Outage,
    rejections: Rejections,
}

impl Reporter {
    /// Delivers batches until the queue is closed and empty.
    pub(super) async fn deliver(&self, stopping: &CancellationToken) {
        let mut delivery = Delivery {
            stopping,
            backoff: Backoff::default(),
            batch_size: BatchSize::default(),
            database_ready: !self.client.creates_database(),
            refusal_logged: false,
            outage: Outage::default(),
            rejections: Rejections::default(),
        };
        while let Some(batch) = self.queue.take(delivery.batch_size.bytes()).await {
            let verdict = match delivery.create_database(self).await {
                Some(retry) => Verdict::Retry(retry),
                None => self.client.write(&batch).await,
            };
            match verdict {
                Verdict::Written { rejected, reason } => {
                    delivery.answered();
                    self.queue.done(&batch);
                    self.stats.add_written(batch.points() - rejected);
                    self.stats.add_rejected(rejected);
                    delivery.rejections.record(rejected, &reason);
                }
                Verdict::Split { failure, reason } => {
                    self.stats.add_failure(failure);
                    delivery.answered();
                    if failure == Failure::TooLarge {
                        delivery.batch_size.too_large(batch.bytes());
                    }
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
                Verdict::Retry(retry) => {
                    self.stats.add_failure(retry.failure);
                    self.queue.put_back(delivery.halves_after_timeout(batch, retry.failure));
                    if retry.failure == Failure::NotFound {
                        delivery.database_ready = !self.client.creates_database();
                    }
                    delivery.wait(&retry).await;
                }
            }
        }
    }
}

impl Delivery<'_> {
    /// Creates the database if needed. Returns the failure if points cannot be written yet.
    async fn create_database(&mut self, reporter: &Reporter) -> Option<Retry> {
        if self.database_ready {
            return None;
        }
        match reporter.client.create_database().await {
            Creation::Retry(retry) => return Some(retry),
            Creation::Refused(reason) => {
                if !std::mem::replace(&mut self.refusal_logged, true) {
                    tracing::warn!(reason, "could not create the database, or it has another retention");
                }
            }
            Creation::Done => {
                self.refusal_logged = false;
                tracing::info!("the database exists");
            }
        }
        self.database_ready = true;
        None
    }

    /// The batch, in halves if it may have been too large to be answered in time.
    fn halves_after_timeout(&mut self, batch: Batch, failure: Failure) -> Vec<Batch> {
        if failure == Failure::Timeout && self.batch_size.timed_out(batch.bytes()) {
            return batch.split().map_or_else(|point| vec![point], Vec::from);
        }
        vec![batch]
    }

    /// Notes that InfluxDB has processed a request.
    fn answered(&mut self) {
        self.backoff.reset();
        self.batch_size.answered();
        self.outage.end();
    }

    /// Waits before the next attempt. A stop ends the wait, once: the first attempt after it is immediate.
    async fn wait(&mut self, retry: &Retry) {
        self.outage.record(retry);
        let delay = self.backoff.next(retry.after);
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
