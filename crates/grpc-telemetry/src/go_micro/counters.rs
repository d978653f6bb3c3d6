//! The counters of a server.

use std::time::{Duration, Instant};

use sharded_metrics::{Buckets, BucketsError, CounterTable, HistogramColumns, WindowedHistogram};
use tonic::Code;

use super::endpoints::Endpoints;
use crate::exemplars::Exemplars;
use crate::{CallEnd, Exemplar, Methods, Moment};

/// The window of the latency summary: Go's default.
const WINDOW: Duration = Duration::from_secs(10 * 60);
/// The number of steps in which the window slides: Go's default.
const AGE_BUCKETS: usize = 5;

const SUCCESS: usize = 0;
const FAIL: usize = 1;
const FIRST_OF_DURATION: usize = 2;

/// Per-thread counters and a latency summary of every endpoint.
#[derive(Debug)]
pub(super) struct Counters {
    pub(super) methods: Methods,
    pub(super) endpoints: Endpoints,
    /// The same instant on two clocks, to convert between them.
    start: (Instant, Moment),
    /// One row for each endpoint.
    table: CounterTable,
    pub(super) duration: HistogramColumns,
    /// Latencies in nanoseconds, one histogram for each endpoint.
    latencies: Vec<WindowedHistogram>,
    /// Those of `duration`, if they are enabled.
    pub(super) exemplars: Option<Exemplars>,
}

/// A snapshot of one endpoint's counters.
pub(super) struct Snapshot {
    totals: Vec<u64>,
    pub(super) latency: sharded_metrics::Snapshot,
}

impl Counters {
    pub(super) fn new(methods: Methods, buckets: Buckets, has_exemplars: bool) -> Result<Self, BucketsError> {
        let endpoints = Endpoints::new(&methods);
        let duration = HistogramColumns::new(FIRST_OF_DURATION, buckets)?;
        let rows = endpoints.names().len();
        let start = (Instant::now(), Moment::now());
        Ok(Self {
            table: CounterTable::new(rows, duration.end()),
            latencies: (0..rows)
                .map(|_| WindowedHistogram::starting_at(start.0, WINDOW, AGE_BUCKETS))
                .collect(),
            exemplars: has_exemplars.then(|| Exemplars::new(rows, duration.bounds_seconds().len() + 1)),
            methods,
            endpoints,
            start,
            duration,
        })
    }

    /// The current time, read from the clock that times calls.
    #[inline]
    pub(super) fn now(&self) -> Instant {
        let (instant, moment) = self.start;
        instant + moment.elapsed()
    }

    /// Counts the end of a call.
    #[inline]
    pub(super) fn handled(&self, method: usize, end: &CallEnd<'_>) {
        let (endpoint, elapsed) = (self.endpoints.of(method), end.elapsed.unwrap_or_default());
        self.handled_at(endpoint, end.code == Code::Ok, elapsed, self.now());
        if let (Some(exemplars), Some(span)) = (&self.exemplars, end.span) {
            exemplars.record(endpoint, self.duration.bucket(elapsed), span, elapsed);
        }
    }

    #[inline]
    pub(super) fn handled_at(&self, endpoint: usize, success: bool, elapsed: Duration, now: Instant) {
        self.table.row(endpoint).update(|row| {
            row.add(if success { SUCCESS } else { FAIL }, 1);
            self.duration.observe(row, elapsed);
        });
        self.latencies[endpoint].record_at(now, u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX));
    }

    /// The exemplars of the endpoint with this name.
    pub(super) fn exemplars(&self, endpoint: &str) -> Vec<Exemplar> {
        let row = self.endpoints.names().iter().position(|name| name == endpoint);
        row.zip(self.exemplars.as_ref()).map_or_else(Vec::new, |(row, exemplars)| exemplars.read(row))
    }

    pub(super) fn snapshot(&self, endpoint: usize, now: Instant) -> Snapshot {
        let mut totals = vec![0; self.table.columns()];
        self.table.read_row(endpoint, &mut totals);
        Snapshot { totals, latency: self.latencies[endpoint].snapshot(now) }
    }
}

impl Snapshot {
    pub(super) fn success(&self) -> u64 {
        self.totals[SUCCESS]
    }

    pub(super) fn fail(&self) -> u64 {
        self.totals[FAIL]
    }

    pub(super) fn calls(&self) -> u64 {
        self.success() + self.fail()
    }

    /// The totals of the endpoint's row.
    pub(super) fn totals(&self) -> &[u64] {
        &self.totals
    }
}
