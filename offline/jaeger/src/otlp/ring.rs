//! A bounded buffer of the newest traces.

use std::collections::{HashMap, VecDeque};
use std::mem::size_of;
use std::sync::Arc;

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::{Span, span};

use super::id::TraceId;

/// Limits of a ring. Beyond them, it drops the oldest traces.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Maximum number of spans.
    pub spans: usize,
    /// Maximum memory in bytes, estimated from the spans' contents.
    pub bytes: usize,
}

/// A received span with its resource and scope.
#[derive(Debug)]
pub struct Received {
    /// `service.name`, or Jaeger's name for a service without one.
    pub service: Arc<str>,
    /// The resource's attributes, including `service.name`.
    pub resource: Arc<[KeyValue]>,
    /// The instrumentation scope's name and version; empty if not given.
    pub scope: Arc<(String, String)>,
    /// The span, unchanged.
    pub span: Span,
}

/// Traces in the order of their first spans. Traces are dropped whole, oldest first.
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

    /// Adds a span and drops traces until the limits hold: even the trace of this span, if it alone exceeds them.
    pub fn push(&mut self, id: TraceId, received: Received) {
        // The resource is shared within a batch, but counted for each span: any of them may keep it alive.
        let bytes = size_of::<Received>() + span_bytes(&received.span) + attributes_bytes(&received.resource);
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

    /// All traces, newest first.
    pub fn traces(&self) -> impl Iterator<Item = (TraceId, &[Arc<Received>])> {
        self.order.iter().rev().map(|id| (*id, self.trace(*id)))
    }

    /// The number of spans.
    #[must_use]
    pub fn spans(&self) -> usize {
        self.spans
    }

    /// The estimated memory in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The number of traces dropped so far.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// Estimated memory of a span, in bytes.
fn span_bytes(span: &Span) -> usize {
    let ids = span.trace_id.len() + span.span_id.len() + span.parent_span_id.len();
    let events: usize = span
        .events
        .iter()
        .map(|event| size_of::<span::Event>() + event.name.len() + attributes_bytes(&event.attributes))
        .sum();
    let links: usize = span
        .links
        .iter()
        .map(|link| {
            let ids = link.trace_id.len() + link.span_id.len() + link.trace_state.len();
            size_of::<span::Link>() + ids + attributes_bytes(&link.attributes)
        })
        .sum();
    let status = span.status.as_ref().map_or(0, |status| status.message.len());
    let texts = span.name.len() + span.trace_state.len() + status;
    size_of::<Span>() + ids + texts + attributes_bytes(&span.attributes) + events + links
}

fn attributes_bytes(attributes: &[KeyValue]) -> usize {
    attributes
        .iter()
        .map(|pair| size_of::<KeyValue>() + pair.key.len() + pair.value.as_ref().map_or(0, value_bytes))
        .sum()
}

/// Heap memory of a value, in bytes. prost's limit on nesting bounds the recursion.
fn value_bytes(value: &AnyValue) -> usize {
    match &value.value {
        Some(Value::StringValue(text)) => text.len(),
        Some(Value::BytesValue(bytes)) => bytes.len(),
        Some(Value::ArrayValue(array)) => {
            array.values.iter().map(|value| size_of::<AnyValue>() + value_bytes(value)).sum()
        }
        Some(Value::KvlistValue(list)) => attributes_bytes(&list.values),
        _ => 0,
    }
}
