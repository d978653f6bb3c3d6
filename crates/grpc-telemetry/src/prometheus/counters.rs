//! The counters of one server or client.

use std::time::Duration;

use sharded_metrics::{Buckets, BucketsError, CounterTable, HistogramColumns};

use super::context::Contexts;
use super::definitions::CODE_COUNT;
use crate::exemplars::Exemplars;
use crate::{CallEnd, Direction, Exemplar, Methods, RequestHead};

pub(super) const STARTED: usize = 0;
pub(super) const RECEIVED: usize = 1;
pub(super) const SENT: usize = 2;
/// The first of [`CODE_COUNT`] columns, one for each code.
pub(super) const HANDLED: usize = 3;
const FIRST_HISTOGRAM: usize = HANDLED + CODE_COUNT;

/// The row of one method in one context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Series(usize);

/// The buckets of the histograms that are enabled.
#[derive(Debug, Default)]
pub(super) struct HistogramBuckets {
    pub(super) handling: Option<Buckets>,
    pub(super) receive: Option<Buckets>,
    pub(super) send: Option<Buckets>,
}

/// The counters of every method in every context.
#[derive(Debug)]
pub(super) struct Counters {
    pub(super) methods: Methods,
    pub(super) contexts: Contexts,
    pub(super) table: CounterTable,
    pub(super) handling: Option<HistogramColumns>,
    pub(super) receive: Option<HistogramColumns>,
    pub(super) send: Option<HistogramColumns>,
    /// Those of `handling`, if they are enabled.
    pub(super) exemplars: Option<Exemplars>,
}

impl Counters {
    pub(super) fn new(
        methods: Methods,
        contexts: Contexts,
        buckets: HistogramBuckets,
        has_exemplars: bool,
    ) -> Result<Self, BucketsError> {
        let mut next = FIRST_HISTOGRAM;
        let mut place = |buckets: Option<Buckets>| {
            let histogram = buckets.map(|buckets| HistogramColumns::new(next, buckets)).transpose()?;
            next = histogram.as_ref().map_or(next, HistogramColumns::end);
            Ok::<_, BucketsError>(histogram)
        };
        let (handling, receive, send) =
            (place(buckets.handling)?, place(buckets.receive)?, place(buckets.send)?);
        let rows = methods.all().len() * contexts.count();
        let exemplars = handling
            .as_ref()
            .filter(|_| has_exemplars)
            .map(|handling| Exemplars::new(rows, handling.bounds_seconds().len() + 1));
        Ok(Self {
            table: CounterTable::new(rows, next),
            methods,
            contexts,
            handling,
            receive,
            send,
            exemplars,
        })
    }

    /// Counts the start of a call.
    #[inline]
    pub(super) fn started(&self, method: usize, head: RequestHead<'_>) -> Series {
        let series = Series(method * self.contexts.count() + self.contexts.index(head));
        self.table.row(series.0).add(STARTED, 1);
        series
    }

    /// Counts the end of a call.
    #[inline]
    pub(super) fn handled(&self, series: Series, end: &CallEnd<'_>) {
        self.table.row(series.0).update(|row| {
            row.add(HANDLED + end.code as usize, 1);
            if let (Some(handling), Some(elapsed)) = (&self.handling, end.elapsed) {
                handling.observe(row, elapsed);
            }
        });
        if let (Some(exemplars), Some(handling), Some(span), Some(elapsed)) =
            (&self.exemplars, &self.handling, end.span, end.elapsed)
        {
            exemplars.record(series.0, handling.bucket(elapsed), span, elapsed);
        }
    }

    /// The series of a method in a context, named by the values of their labels.
    pub(super) fn find<'a>(&self, value: impl Fn(&str) -> Option<&'a str>) -> Option<Series> {
        let method = self.methods.position(value("grpc_service")?, value("grpc_method")?)?;
        Some(Series(method * self.contexts.count() + self.contexts.find(value)?))
    }

    /// The exemplars of the handling histogram.
    pub(super) fn exemplars(&self, series: Series) -> Vec<Exemplar> {
        self.exemplars.as_ref().map_or_else(Vec::new, |exemplars| exemplars.read(series.0))
    }

    /// Counts messages.
    #[inline]
    pub(super) fn messages(&self, series: Series, direction: Direction, count: u64) {
        let column = match direction {
            Direction::Received => RECEIVED,
            Direction::Sent => SENT,
        };
        self.table.row(series.0).add(column, count);
    }

    /// Counts the handling time of one message.
    pub(super) fn message_time(&self, series: Series, direction: Direction, elapsed: Duration) {
        if let Some(histogram) = self.message_histogram(direction) {
            self.table.row(series.0).update(|row| histogram.observe(row, elapsed));
        }
    }

    pub(super) fn message_histogram(&self, direction: Direction) -> Option<&HistogramColumns> {
        match direction {
            Direction::Received => self.receive.as_ref(),
            Direction::Sent => self.send.as_ref(),
        }
    }
}
