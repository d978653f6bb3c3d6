//! What happens to the counters at each event of a call.

use std::time::Duration;

use grpc_calls::{Clock, Direction, Methods, RequestHead};
use sharded_metrics::{Buckets, BucketsError, CounterTable, HistogramColumns};
use tonic::Code;

use crate::code;
use crate::context::Contexts;

pub(crate) const STARTED: usize = 0;
pub(crate) const RECEIVED: usize = 1;
pub(crate) const SENT: usize = 2;
/// The first of one counter for each code.
pub(crate) const HANDLED: usize = 3;
/// Where histograms begin.
const HISTOGRAMS: usize = HANDLED + code::COUNT;

/// The counters of one method under one set of context values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series(usize);

/// Which histograms there are, by their buckets.
#[derive(Debug, Default)]
pub(crate) struct HistogramBuckets {
    pub(crate) handling: Option<Buckets>,
    pub(crate) receive: Option<Buckets>,
    pub(crate) send: Option<Buckets>,
}

/// All counters of one server or client.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) clock: Clock,
    pub(crate) methods: Methods,
    pub(crate) contexts: Contexts,
    pub(crate) counters: CounterTable,
    pub(crate) handling: Option<HistogramColumns>,
    pub(crate) receive: Option<HistogramColumns>,
    pub(crate) send: Option<HistogramColumns>,
}

impl Recorder {
    pub(crate) fn new(
        methods: Methods,
        contexts: Contexts,
        buckets: HistogramBuckets,
    ) -> Result<Self, BucketsError> {
        let mut next = HISTOGRAMS;
        let mut place = |buckets: Option<Buckets>| {
            let histogram = buckets.map(|buckets| HistogramColumns::new(next, buckets)).transpose()?;
            next = histogram.as_ref().map_or(next, HistogramColumns::end);
            Ok::<_, BucketsError>(histogram)
        };
        let (handling, receive, send) =
            (place(buckets.handling)?, place(buckets.receive)?, place(buckets.send)?);
        let counters = CounterTable::new(methods.all().len() * contexts.count(), next);
        Ok(Self { clock: Clock::default(), methods, contexts, counters, handling, receive, send })
    }

    /// A call begins.
    #[inline]
    pub(crate) fn started(&self, method: usize, head: RequestHead<'_>) -> Series {
        let series = Series(method * self.contexts.count() + self.contexts.number(head));
        self.counters.row(series.0).add(STARTED, 1);
        series
    }

    /// A call ends; `elapsed` is since its start.
    #[inline]
    pub(crate) fn handled(&self, series: Series, code: Code, elapsed: Option<Duration>) {
        self.counters.row(series.0).update(|row| {
            row.add(HANDLED + code as usize, 1);
            if let (Some(handling), Some(elapsed)) = (&self.handling, elapsed) {
                handling.observe(row, elapsed);
            }
        });
    }

    #[inline]
    pub(crate) fn messages(&self, series: Series, direction: Direction, count: u64) {
        let cell = match direction {
            Direction::Received => RECEIVED,
            Direction::Sent => SENT,
        };
        self.counters.row(series.0).add(cell, count);
    }

    /// Whether single messages of this direction are timed.
    pub(crate) fn times(&self, direction: Direction) -> bool {
        self.message_histogram(direction).is_some()
    }

    pub(crate) fn message_time(&self, series: Series, direction: Direction, duration: Duration) {
        if let Some(histogram) = self.message_histogram(direction) {
            self.counters.row(series.0).update(|row| histogram.observe(row, duration));
        }
    }

    fn message_histogram(&self, direction: Direction) -> Option<&HistogramColumns> {
        match direction {
            Direction::Received => self.receive.as_ref(),
            Direction::Sent => self.send.as_ref(),
        }
    }
}
