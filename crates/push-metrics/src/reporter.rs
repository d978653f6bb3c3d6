//! The reporter: creates points at a fixed interval, and delivers them to InfluxDB.

mod backoff;
mod batch_size;
mod builder;
mod deliver;
mod outage;
mod timestamps;

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};
use tokio_util::sync::CancellationToken;

use crate::batch::Batch;
use crate::client::Client;
use crate::destination::Destination;
use crate::line::{Tags, Writer};
use crate::queue::Queue;
use crate::registry::Registry;
use crate::schema::Schema;
use crate::stats::Stats;

use timestamps::Timestamps;

pub use builder::{BuildError, ReporterBuilder};

/// Pushes a point of each metric of a registry to InfluxDB at a fixed interval.
///
/// While InfluxDB is unavailable, points wait in a queue with their own timestamps, and are delivered in order
/// afterwards. The queue is limited ([`ReporterBuilder::queue_bytes`]): when it is full, the oldest points are dropped,
/// counted in [`Stats`] and logged. A point that InfluxDB rejects does not delay others.
#[derive(Debug)]
#[must_use = "a reporter does nothing until it is run"]
pub struct Reporter {
    registry: Registry,
    tags: Tags,
    schema: Schema,
    interval: Duration,
    align: bool,
    queue: Queue,
    client: Client,
    stats: Arc<Stats>,
}

impl Reporter {
    /// Starts building a reporter to this destination.
    pub fn builder(destination: Destination) -> ReporterBuilder {
        ReporterBuilder::new(destination)
    }

    /// Number of points by outcome, updated while the reporter runs.
    #[must_use]
    pub fn stats(&self) -> Arc<Stats> {
        self.stats.clone()
    }

    /// Pushes until `stop` completes. Then it pushes once more, and delivers the points that wait, for at most `grace`.
    /// Points that are not delivered by then are lost.
    pub async fn run(self, stop: impl Future<Output = ()>, grace: Duration) {
        let stopping = CancellationToken::new();
        let collecting = async {
            self.collect(stop).await;
            self.queue.close();
            stopping.cancel();
        };
        let delivering = async {
            let grace_period = async {
                stopping.cancelled().await;
                sleep(grace).await;
            };
            tokio::select! {
                biased;
                () = self.deliver(&stopping) => {}
                () = grace_period => {
                    let points = self.queue.points();
                    self.stats.add_dropped(points);
                    tracing::warn!(points, "grace period over, undelivered points are lost");
                }
            }
        };
        tokio::join!(collecting, delivering);
        let (written, rejected, dropped) =
            (self.stats.written(), self.stats.rejected(), self.stats.dropped());
        tracing::info!(written, rejected, dropped, "reporter stopped");
    }

    /// Creates points at each interval until `stop` completes, and then once more.
    async fn collect(&self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let unit = self.client.destination.precision.unit();
        let mut timestamps = Timestamps::new(self.interval, unit, self.align);
        let mut ticks = interval_at(Instant::now() + timestamps.first_delay(unix_nanos()), self.interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut overflow = Overflow::default();
        let mut is_skipping = false;
        loop {
            let is_stopped = tokio::select! {
                biased;
                () = &mut stop => true,
                _ = ticks.tick() => false,
            };
            let timestamp = timestamps.next(unix_nanos(), is_stopped);
            if timestamp.is_none() && !is_skipping {
                tracing::warn!("the clock is set back, skipping pushes until it passes the last one");
            }
            is_skipping = timestamp.is_none();
            let Some(timestamp) = timestamp else { continue };
            let mut writer = Writer::new(&self.schema, &self.tags, timestamp);
            self.registry.write(Instant::now().into_std(), &mut writer);
            let (lines, points) = writer.finish();
            if points > 0 {
                self.stats.add_pushed(points);
                let dropped = self.queue.push(Batch::new(lines, points));
                self.stats.add_dropped(dropped);
                overflow.record(dropped);
            }
            if is_stopped {
                return;
            }
        }
    }
}

/// Nanoseconds since 1970-01-01T00:00:00Z; saturates in 2554.
fn unix_nanos() -> u64 {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX)
}

/// Logs points dropped from a full queue: one line when it begins, and one with their number when it ends.
#[derive(Debug, Default)]
struct Overflow {
    points: usize,
}

impl Overflow {
    /// `dropped`: points dropped by the last push.
    fn record(&mut self, dropped: usize) {
        if self.points == 0 && dropped > 0 {
            tracing::warn!("the queue is full, dropping the oldest points");
        } else if self.points > 0 && dropped == 0 {
            tracing::warn!(points = self.points, "dropped points because the queue was full");
            self.points = 0;
        }
        self.points += dropped;
    }
}
