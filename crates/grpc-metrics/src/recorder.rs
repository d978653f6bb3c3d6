//! What happens to the counters at each event of a call.

use std::time::Duration;

use tonic::Code;

use crate::cells::{Cells, Row};
use crate::clock::Clock;
use crate::code;
use crate::context::{Contexts, RequestHead};
use crate::method::{GrpcType, MethodTable};

pub(crate) const STARTED: usize = 1;
pub(crate) const RECEIVED: usize = 2;
pub(crate) const SENT: usize = 3;
/// The first of one counter for each code.
pub(crate) const HANDLED: usize = 4;
/// Where histograms begin.
const HISTOGRAMS: usize = HANDLED + code::COUNT;

/// The counters of one method under one set of context values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Series(pub(crate) usize);

/// Which way a message goes, seen from the side that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Received,
    Sent,
}

/// A histogram's cells: the sum of nanoseconds, then one for each bucket, `+Inf` last.
#[derive(Debug)]
pub(crate) struct Histogram {
    pub(crate) first: usize,
    /// Upper bounds in seconds.
    pub(crate) bounds: Vec<f64>,
    /// The same in whole nanoseconds.
    nanos: Vec<u64>,
}

impl Histogram {
    fn new(first: usize, bounds: Vec<f64>) -> Self {
        // Rounding undoes what a decimal bound loses as a float; a duration is whole nanoseconds.
        let nanos = bounds.iter().map(|bound| (bound * 1e9).round() as u64).collect();
        Self { first, bounds, nanos }
    }

    /// How many cells it takes.
    fn width(&self) -> usize {
        1 + self.bounds.len() + 1
    }

    fn observe(&self, row: &Row<'_>, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let bucket = self.nanos.iter().position(|bound| nanos <= *bound).unwrap_or(self.nanos.len());
        row.add(self.first, nanos);
        row.add(self.first + 1 + bucket, 1);
    }
}

/// Which histograms there are, by their bounds in seconds.
#[derive(Debug, Default)]
pub(crate) struct HistogramBounds {
    pub(crate) handling: Option<Vec<f64>>,
    pub(crate) receive: Option<Vec<f64>>,
    pub(crate) send: Option<Vec<f64>>,
}

/// All counters of one server or client.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) clock: Clock,
    pub(crate) methods: MethodTable,
    pub(crate) contexts: Contexts,
    pub(crate) cells: Cells,
    pub(crate) handling: Option<Histogram>,
    pub(crate) receive: Option<Histogram>,
    pub(crate) send: Option<Histogram>,
}

impl Recorder {
    pub(crate) fn new(methods: MethodTable, contexts: Contexts, bounds: HistogramBounds) -> Self {
        let mut next = HISTOGRAMS;
        let mut place = |bounds: Option<Vec<f64>>| {
            let histogram = Histogram::new(next, bounds?);
            next += histogram.width();
            Some(histogram)
        };
        let (handling, receive, send) = (place(bounds.handling), place(bounds.receive), place(bounds.send));
        let cells = Cells::new(methods.methods().len() * contexts.count(), next - 1);
        Self { clock: Clock::new(), methods, contexts, cells, handling, receive, send }
    }

    pub(crate) fn series(&self, method: usize, head: RequestHead<'_>) -> Series {
        Series(method * self.contexts.count() + self.contexts.number(head))
    }

    pub(crate) fn grpc_type(&self, series: Series) -> GrpcType {
        self.methods.methods()[series.0 / self.contexts.count()].grpc_type
    }

    #[inline]
    pub(crate) fn started(&self, series: Series) {
        self.cells.row(series.0).add(STARTED, 1);
    }

    /// Counts a call's end; `elapsed` is since its start.
    #[inline]
    pub(crate) fn handled(&self, series: Series, code: Code, elapsed: Option<Duration>) {
        self.cells.row(series.0).together(|row| {
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
        self.cells.row(series.0).add(cell, count);
    }

    /// Whether single messages of this direction are timed.
    pub(crate) fn times(&self, direction: Direction) -> bool {
        self.message_histogram(direction).is_some()
    }

    pub(crate) fn message_time(&self, series: Series, direction: Direction, duration: Duration) {
        if let Some(histogram) = self.message_histogram(direction) {
            self.cells.row(series.0).together(|row| histogram.observe(row, duration));
        }
    }

    fn message_histogram(&self, direction: Direction) -> Option<&Histogram> {
        match direction {
            Direction::Received => self.receive.as_ref(),
            Direction::Sent => self.send.as_ref(),
        }
    }
}
