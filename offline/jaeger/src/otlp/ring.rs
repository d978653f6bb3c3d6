//! The last spans, whole traces at a time, within a bound.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::Span;

use super::{TraceId, weight};

/// What a ring may hold at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Number of spans.
    pub spans: usize,
    /// Memory in bytes, as estimated from the spans' contents.
    pub bytes: usize,
}

/// A span with what its sender said about itself.
#[derive(Debug)]
pub struct Received {
    /// `service.name`, or what Jaeger calls a service without one.
    pub service: Arc<str>,
    /// The resource's attributes, `service.name` included.
    pub resource: Arc<[KeyValue]>,
    /// The instrumentation scope's name and version; empty if not given.
    pub scope: Arc<(String, String)>,
    /// As it came.
    pub span: Span,
}

/// Traces in the order of their first spans. What does not fit drops the oldest trace, all of it.
#[derive(Debug)]
pub struct Ring {
    limits: Limits,
    traces: HashMap<TraceId, Trace>,
    order: VecDeque<TraceId>,
    spans: usize,
    bytes: usize,
    dropped: u64,
}

#[derive(Debug, Default)]
struct Trace {
    spans: Vec<Arc<Received>>,
    bytes: usize,
}

impl Ring {
    /// An empty ring.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, traces: HashMap::new(), order: VecDeque::new(), spans: 0, bytes: 0, dropped: 0 }
    }

    /// Takes a span in; its trace may be the one that goes, if it alone is over the limits.
    pub fn push(&mut self, id: TraceId, received: Received) {
        // The resource is shared within a batch; counted whole, since any span may be its last holder.
        let bytes = size_of::<Received>()
            + weight::of_span(&received.span)
            + weight::of_attributes(&received.resource);
        let trace = self.traces.entry(id).or_insert_with(|| {
            self.order.push_back(id);
            Trace::default()
        });
        trace.spans.push(Arc::new(received));
        trace.bytes += bytes;
        self.spans += 1;
        self.bytes += bytes;
        while self.spans > self.limits.spans || self.bytes > self.limits.bytes {
            let Some(oldest) = self.order.pop_front() else { return };
            if let Some(trace) = self.traces.remove(&oldest) {
                self.spans -= trace.spans.len();
                self.bytes -= trace.bytes;
                self.dropped += 1;
            }
        }
    }

    /// The spans of a trace, in the order of arrival; empty for an unknown one.
    #[must_use]
    pub fn trace(&self, id: TraceId) -> &[Arc<Received>] {
        self.traces.get(&id).map_or(&[], |trace| &trace.spans)
    }

    /// All traces, the newest first.
    pub fn traces(&self) -> impl Iterator<Item = (TraceId, &[Arc<Received>])> {
        self.order.iter().rev().map(|id| (*id, self.trace(*id)))
    }

    /// How many spans it holds.
    #[must_use]
    pub fn spans(&self) -> usize {
        self.spans
    }

    /// What it holds in bytes, as estimated.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many traces have been dropped to make room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}
