//! What is counted of calls.

use std::time::{Duration, Instant};

use grpc_calls::{Clock, Methods, Moment};
use sharded_metrics::{Buckets, BucketsError, CounterTable, HistogramColumns, WindowedHistogram};

use crate::endpoints::Endpoints;

/// What summaries of Go's client look back over by default.
const WINDOW: Duration = Duration::from_secs(10 * 60);
const AGE_BUCKETS: usize = 5;

const SUCCESS: usize = 0;
const FAIL: usize = 1;
/// The first column of the histogram.
const DURATION: usize = 2;

/// All counters of a server.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) methods: Methods,
    pub(crate) endpoints: Endpoints,
    pub(crate) clock: Clock,
    /// The same time on both clocks.
    begin: (Instant, Moment),
    /// A row for each endpoint.
    counters: CounterTable,
    pub(crate) duration: HistogramColumns,
    /// Nanoseconds, for each endpoint.
    latencies: Vec<WindowedHistogram>,
}

/// One look at the counters of an endpoint.
pub(crate) struct Look {
    sums: Vec<u64>,
    pub(crate) latency: sharded_metrics::Snapshot,
}

impl Recorder {
    pub(crate) fn new(methods: Methods, buckets: Buckets) -> Result<Self, BucketsError> {
        let endpoints = Endpoints::new(&methods);
        let duration = HistogramColumns::new(DURATION, buckets)?;
        let rows = endpoints.names().len();
        let clock = Clock::default();
        let begin = (Instant::now(), clock.now());
        Ok(Self {
            counters: CounterTable::new(rows, duration.end()),
            latencies: (0..rows)
                .map(|_| WindowedHistogram::starting_at(begin.0, WINDOW, AGE_BUCKETS))
                .collect(),
            methods,
            endpoints,
            clock,
            begin,
            duration,
        })
    }

    /// Now, on the clock that times calls.
    #[inline]
    pub(crate) fn now(&self) -> Instant {
        let (instant, moment) = self.begin;
        instant + self.clock.since(moment)
    }

    /// Counts a call that has ended `now`.
    #[inline]
    pub(crate) fn handled(&self, endpoint: usize, success: bool, elapsed: Duration, now: Instant) {
        self.counters.row(endpoint).update(|row| {
            row.add(if success { SUCCESS } else { FAIL }, 1);
            self.duration.observe(row, elapsed);
        });
        self.latencies[endpoint].record_at(now, u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX));
    }

    pub(crate) fn look(&self, endpoint: usize, now: Instant) -> Look {
        let mut sums = vec![0; self.counters.columns()];
        self.counters.read_row(endpoint, &mut sums);
        Look { sums, latency: self.latencies[endpoint].snapshot(now) }
    }
}

impl Look {
    pub(crate) fn success(&self) -> u64 {
        self.sums[SUCCESS]
    }

    pub(crate) fn fail(&self) -> u64 {
        self.sums[FAIL]
    }

    pub(crate) fn calls(&self) -> u64 {
        self.success() + self.fail()
    }

    /// The totals of the row.
    pub(crate) fn sums(&self) -> &[u64] {
        &self.sums
    }
}
