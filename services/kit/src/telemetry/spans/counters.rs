//! What became of the spans.

use prometheus::core::Collector;
use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

/// Counts of exported and dropped spans.
#[derive(Debug, Clone)]
pub(in super::super) struct SpanCounters {
    exported: IntCounter,
    dropped: IntCounterVec,
}

/// Why a span was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DropReason {
    /// The queue is full: the collector is too slow, or there are too many spans.
    QueueFull,
    /// The collector refused it.
    Refused,
    /// It ended after the export did.
    Shutdown,
    /// It alone is larger than a request may be.
    TooLarge,
    /// The collector could not be reached, or did not respond in time.
    Unavailable,
}

// === impl DropReason ===

impl DropReason {
    const ALL: [Self; 5] =
        [Self::QueueFull, Self::Refused, Self::Shutdown, Self::TooLarge, Self::Unavailable];

    fn name(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::Refused => "refused",
            Self::Shutdown => "shutdown",
            Self::TooLarge => "too_large",
            Self::Unavailable => "unavailable",
        }
    }
}

// === impl SpanCounters ===

impl SpanCounters {
    /// All counts at 0.
    pub(in super::super) fn new() -> Self {
        let exported = IntCounter::new("otel_spans_exported_total", "Spans that the collector accepted.");
        let dropped = Opts::new("otel_spans_dropped_total", "Spans that were dropped instead of exported.");
        let dropped = IntCounterVec::new(dropped, &["reason"]).expect("the name and the label are valid");
        for reason in DropReason::ALL {
            dropped.with_label_values(&[reason.name()]);
        }
        Self { exported: exported.expect("the name is valid"), dropped }
    }

    pub(in super::super) fn register(&self, registry: &Registry) -> prometheus::Result<()> {
        let counters: [Box<dyn Collector>; 2] =
            [Box::new(self.exported.clone()), Box::new(self.dropped.clone())];
        counters.into_iter().try_for_each(|counter| registry.register(counter))
    }

    pub(super) fn exported(&self, spans: usize) {
        self.exported.inc_by(spans as u64);
    }

    pub(super) fn dropped(&self, reason: DropReason, spans: usize) {
        self.dropped.with_label_values(&[reason.name()]).inc_by(spans as u64);
    }

    pub(super) fn dropped_total(&self, reason: DropReason) -> u64 {
        self.dropped.with_label_values(&[reason.name()]).get()
    }
}
