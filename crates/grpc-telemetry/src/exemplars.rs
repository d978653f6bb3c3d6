//! The newest exemplar of each bucket of a histogram of calls.

use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use prometheus::proto::LabelPair;

use crate::SampledSpan;

/// A call that a histogram contains, with the span that shows what it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exemplar {
    /// The call's span.
    pub span: SampledSpan,
    /// The call's duration, which selects the histogram's bucket.
    pub duration: Duration,
    /// The end of the call.
    pub time: SystemTime,
}

/// The exemplars of several histograms with equal buckets, one row for each.
pub(crate) struct Exemplars {
    /// A row is allocated with its first exemplar: most series have none.
    rows: Box<[OnceLock<Row>]>,
    buckets: usize,
}

type Row = Box<[Mutex<Option<Exemplar>>]>;

impl Exemplars {
    pub(crate) fn new(rows: usize, buckets: usize) -> Self {
        Self { rows: (0..rows).map(|_| OnceLock::new()).collect(), buckets }
    }

    /// Replaces the bucket's exemplar by one that ends now. Without effect while another thread does the same.
    pub(crate) fn record(&self, row: usize, bucket: usize, span: SampledSpan, duration: Duration) {
        let row = self.rows[row].get_or_init(|| (0..self.buckets).map(|_| Mutex::default()).collect());
        if let Ok(mut slot) = row[bucket].try_lock() {
            // Read within the lock, so that a bucket's exemplars are in the order of their times.
            *slot = Some(Exemplar { span, duration, time: SystemTime::now() });
        }
    }

    /// The exemplars of a row, at most one for each bucket.
    pub(crate) fn read(&self, row: usize) -> Vec<Exemplar> {
        let slots = self.rows[row].get().map_or(&[][..], |row| row);
        slots.iter().filter_map(|slot| *slot.lock().unwrap_or_else(PoisonError::into_inner)).collect()
    }
}

/// The value of a label.
pub(crate) fn label<'a>(labels: &'a [LabelPair], name: &str) -> Option<&'a str> {
    labels.iter().find(|label| label.name() == name).map(LabelPair::value)
}

impl fmt::Debug for Exemplars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exemplars").field("rows", &self.rows.len()).field("buckets", &self.buckets).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn span(id: u64) -> SampledSpan {
        SampledSpan { trace_id: u128::from(id), span_id: id }
    }

    #[test]
    fn each_bucket_keeps_its_newest_exemplar() {
        let exemplars = Exemplars::new(2, 3);
        for (bucket, id) in [(0, 1), (2, 2), (0, 3)] {
            exemplars.record(1, bucket, span(id), Duration::from_nanos(id));
        }
        let found: Vec<_> = exemplars.read(1).iter().map(|one| (one.span, one.duration.as_nanos())).collect();
        assert_eq!(found, [(span(3), 3), (span(2), 2)]);
        assert_eq!(exemplars.read(0), []);
    }

    #[test]
    fn concurrent_calls_never_mix_their_exemplars() {
        let exemplars = Exemplars::new(1, 1);
        thread::scope(|scope| {
            for thread in 0..4 {
                let exemplars = &exemplars;
                scope.spawn(move || {
                    for call in 0..20_000 {
                        let id = thread * 1_000_000 + call;
                        exemplars.record(0, 0, span(id), Duration::from_nanos(id));
                    }
                });
            }
            let mut last = SystemTime::UNIX_EPOCH;
            for _ in 0..2_000 {
                for Exemplar { span, duration, time } in exemplars.read(0) {
                    assert_eq!(
                        (span.trace_id, u128::from(span.span_id)),
                        (duration.as_nanos(), duration.as_nanos())
                    );
                    assert!(time >= last, "the times of a bucket ascend");
                    last = time;
                }
            }
        });
        assert_eq!(exemplars.read(0).len(), 1);
    }
}
