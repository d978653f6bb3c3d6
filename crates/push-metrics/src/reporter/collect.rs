//! From the registry into the queue.

use std::pin::pin;
use std::time::SystemTime;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::Reporter;
use crate::batch::Batch;
use crate::line::Writer;

impl Reporter {
    /// Makes points at each interval until `stop` is ready, and then for the last time.
    pub(super) async fn collect(&self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut ticks = interval_at(Instant::now() + self.interval, self.interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut last = 0;
        let mut overflow = Overflow::default();
        loop {
            let stopped = tokio::select! {
                biased;
                () = &mut stop => true,
                _ = ticks.tick() => false,
            };
            // InfluxDB keeps one point of a series at a time: a clock that is set back must not make two.
            last = nanos_since_1970().max(last + 1);
            let mut writer = Writer::new(&self.tags, last);
            self.registry.write(Instant::now().into_std(), &mut writer);
            let (lines, points) = writer.finish();
            if points > 0 {
                self.stats.add_pushed(points);
                let dropped = self.queue.push(Batch::new(lines, points));
                self.stats.add_dropped(dropped);
                overflow.note(dropped);
            }
            if stopped {
                return;
            }
        }
    }
}

/// Until the year 2554.
fn nanos_since_1970() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// Points that go for want of room: a log line when it begins, one with their number when it is over.
#[derive(Debug, Default)]
struct Overflow {
    points: usize,
}

impl Overflow {
    fn note(&mut self, dropped: usize) {
        match (self.points, dropped) {
            (0, 0) => {}
            (0, points) => {
                self.points = points;
                tracing::warn!("more points wait than there is room for, the oldest go");
            }
            (points, 0) => {
                self.points = 0;
                tracing::warn!(points, "points are lost for want of room");
            }
            (_, points) => self.points += points,
        }
    }
}
