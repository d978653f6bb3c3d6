//! The queue of ended spans in front of the exporter.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, Span, SpanData, SpanProcessor};

use super::counters::{DropReason, SpanCounters};
use super::exporter::Exporter;
use super::text;
use crate::telemetry::settings::Batches;

/// Cuts the texts of ended spans, and queues the spans for the SDK's processor, which exports them from a thread of its
/// own. No caller waits: spans beyond the queue are dropped and counted, which the SDK's processor does not report.
#[derive(Debug)]
pub(in super::super) struct SpanQueue {
    processor: BatchSpanProcessor,
    max_value_chars: usize,
    max_spans: usize,
    waiting: Waiting,
    is_closed: AtomicBool,
    counters: SpanCounters,
}

/// Number of spans that wait for their export.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Waiting(Arc<AtomicUsize>);

// === impl Waiting ===

impl Waiting {
    pub(in super::super) fn spans(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// The exporter has taken spans.
    pub(super) fn remove(&self, spans: usize) {
        self.0.fetch_sub(spans, Ordering::Relaxed);
    }

    fn add(&self, max: usize) -> bool {
        let fits = self.0.fetch_add(1, Ordering::Relaxed) < max;
        if !fits {
            self.remove(1);
        }
        fits
    }
}

// === impl SpanQueue ===

impl SpanQueue {
    /// `waiting` is the exporter's.
    pub(in super::super) fn new(
        batches: Batches,
        max_value_chars: usize,
        exporter: Exporter,
        waiting: Waiting,
        counters: SpanCounters,
    ) -> Self {
        let config = BatchConfigBuilder::default()
            .with_max_queue_size(batches.queue_spans)
            .with_max_export_batch_size(batches.batch_spans)
            .with_scheduled_delay(batches.delay)
            .build();
        Self {
            processor: BatchSpanProcessor::new(exporter, config),
            max_value_chars,
            max_spans: batches.queue_spans,
            waiting,
            is_closed: AtomicBool::new(false),
            counters,
        }
    }
}

impl SpanProcessor for SpanQueue {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, mut span: SpanData) {
        if !span.span_context.is_sampled() {
            return;
        }
        if self.is_closed.load(Ordering::Relaxed) {
            self.counters.dropped(DropReason::Shutdown, 1);
        } else if self.waiting.add(self.max_spans) {
            text::cut(&mut span, self.max_value_chars);
            self.processor.on_end(span);
        } else {
            self.counters.dropped(DropReason::QueueFull, 1);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.processor.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.is_closed.store(true, Ordering::Relaxed);
        self.processor.shutdown_with_timeout(timeout)
    }

    /// The exporter has it already.
    fn set_resource(&mut self, _: &Resource) {}
}
