//! Continues the values of a process on a new stream: counts the time without flushes, and takes up the state file.

use std::sync::Arc;
use std::time::Duration;

use super::pending::PendingPart;
use super::process::Process;

/// What a node's newest stream may continue.
#[derive(Debug, Default)]
pub(crate) struct Resumption {
    /// The time of the last complete flush before the stream, by the node's clock.
    last_flush_ms: Option<i64>,
    /// The time of the stream's first flush.
    first_flush_ms: Option<i64>,
    /// Flushes of the stream.
    flushes: u32,
    /// What the state file has of the node.
    parts: Vec<Arc<PendingPart>>,
}

/// What the newest stream continues.
#[derive(Debug, Default)]
pub(crate) struct Resumed {
    /// Time without flushes, in milliseconds.
    pub(crate) missed_ms: u64,
    /// What the state file has of this process.
    pub(crate) parts: Vec<Arc<PendingPart>>,
    /// The state file has other values of the node, which are dropped.
    pub(crate) has_dropped: bool,
}

/// Flushes in which a stream may identify its process. The first may lack its beginning: a stream that replaces another
/// one in the middle of a flush continues it.
const MAX_FLUSHES: u32 = 2;

impl Resumption {
    /// The resumption of a node that the state file has.
    pub(crate) fn of_parts(parts: Vec<Arc<PendingPart>>) -> Self {
        Self { parts, ..Self::default() }
    }

    /// What the state file has of the node, until its process is known.
    pub(crate) fn parts(&self) -> &[Arc<PendingPart>] {
        &self.parts
    }

    /// Starts a stream. `last_flush_ms` is the time of the last complete flush before.
    pub(crate) fn start_stream(&mut self, last_flush_ms: Option<i64>) {
        *self = Self { last_flush_ms, parts: std::mem::take(&mut self.parts), ..Self::default() };
    }

    /// Starts a flush of the stream.
    pub(crate) fn start_flush(&mut self, timestamp_ms: i64) {
        self.flushes = self.flushes.saturating_add(1);
        self.first_flush_ms.get_or_insert(timestamp_ms);
    }

    /// Decides what the stream continues, as soon as `process` is known. Returns `None` before and after that.
    ///
    /// `has_restarted` if the process is another one than before. `interval` is the flush interval, zero if unknown.
    pub(crate) fn decide(
        &mut self,
        process: &Process,
        has_restarted: bool,
        interval: Duration,
    ) -> Option<Resumed> {
        let (first_flush_ms, has_parts) = (self.first_flush_ms?, !self.parts.is_empty());
        if has_restarted || (has_parts && self.flushes > MAX_FLUSHES) {
            self.last_flush_ms = None;
            self.parts = Vec::new();
            return has_parts.then_some(Resumed { has_dropped: true, ..Resumed::default() });
        }
        if !has_parts {
            let last_flush_ms = self.last_flush_ms.filter(|_| process.is_confirmed())?;
            self.last_flush_ms = None;
            let missed_ms = missed_ms(last_flush_ms, first_flush_ms, interval);
            return Some(Resumed { missed_ms, ..Resumed::default() });
        }
        let is_same = |part: &Arc<PendingPart>| process.continues(&Process::of_saved(&part.saved.process));
        if self.parts.iter().any(|part| is_same(part).is_none()) {
            return None;
        }
        let (parts, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.parts).into_iter().partition(|part| is_same(part) == Some(true));
        let missed = parts.iter().map(|part| {
            let saved = &part.saved;
            let interval =
                if interval.is_zero() { Duration::from_millis(saved.interval_ms) } else { interval };
            let since = if saved.flushed_ms == 0 { saved.process.timestamp_ms } else { saved.flushed_ms };
            saved.missed_ms.saturating_add(missed_ms(since, first_flush_ms, interval))
        });
        Some(Resumed { missed_ms: missed.max().unwrap_or(0), parts, has_dropped: !others.is_empty() })
    }
}

/// The milliseconds between two flushes that are one `interval` apart if nothing was missed.
fn missed_ms(last_flush_ms: i64, flush_ms: i64, interval: Duration) -> u64 {
    let interval_ms = i64::try_from(interval.as_millis()).unwrap_or(i64::MAX);
    let missed = flush_ms.saturating_sub(last_flush_ms).saturating_sub(interval_ms);
    // Flushes are not exactly regular.
    if missed > interval_ms / 2 { missed.unsigned_abs() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_between_two_flushes_is_missed_apart_from_one_interval() {
        let missed = |last, now, seconds| missed_ms(last, now, Duration::from_secs(seconds));
        assert_eq!(missed(10_000, 15_000, 1), 4_000);
        assert_eq!(missed(10_000, 15_000, 2), 3_000);
        assert_eq!(missed(10_000, 11_400, 1), 0);
        // The clock was set back.
        assert_eq!(missed(10_000, 9_000, 1), 0);
        assert_eq!(missed(i64::MIN, i64::MAX, 0), i64::MAX.unsigned_abs());
    }
}
