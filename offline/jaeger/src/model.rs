//! Traces in Jaeger's JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::otlp::{Received, TraceId};
use crate::tags::{self, Tag};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Trace {
    #[serde(rename = "traceID")]
    trace_id: String,
    spans: Vec<Span>,
    processes: BTreeMap<String, Process>,
    warnings: Option<Vec<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Span {
    #[serde(rename = "traceID")]
    trace_id: String,
    #[serde(rename = "spanID")]
    span_id: String,
    #[serde(skip_serializing_if = "is_zero")]
    flags: u32,
    operation_name: String,
    references: Vec<Reference>,
    /// Microseconds since 1970.
    start_time: u64,
    /// Duration in microseconds.
    duration: u64,
    tags: Vec<Tag>,
    logs: Vec<Log>,
    #[serde(rename = "processID")]
    process_id: String,
    warnings: Option<Vec<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    ref_type: &'static str,
    #[serde(rename = "traceID")]
    trace_id: String,
    #[serde(rename = "spanID")]
    span_id: String,
}

#[derive(Serialize)]
struct Log {
    /// Microseconds since 1970.
    timestamp: u64,
    fields: Vec<Tag>,
}

#[derive(PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Process {
    service_name: String,
    tags: Vec<Tag>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A span's duration in microseconds; 0 if it ends before it starts.
pub(crate) fn duration(received: &Received) -> u64 {
    received.span.end_time_unix_nano.saturating_sub(received.span.start_time_unix_nano) / 1000
}

impl Trace {
    /// A trace with its spans in the order of their start.
    pub(crate) fn new(id: TraceId, received: &[Arc<Received>]) -> Self {
        let mut received: Vec<&Received> = received.iter().map(Arc::as_ref).collect();
        received.sort_by_key(|received| received.span.start_time_unix_nano);
        let mut processes = Vec::new();
        let spans = received.iter().map(|received| Span::new(id, received, &mut processes)).collect();
        let processes =
            processes.into_iter().enumerate().map(|(index, process)| (process_id(index), process)).collect();
        Self { trace_id: id.to_string(), spans, processes, warnings: None }
    }
}

impl Span {
    fn new(id: TraceId, received: &Received, processes: &mut Vec<Process>) -> Self {
        let process =
            Process { service_name: received.service.to_string(), tags: tags::of_resource(received) };
        let index = processes.iter().position(|known| *known == process).unwrap_or_else(|| {
            processes.push(process);
            processes.len() - 1
        });
        let span = &received.span;
        let logs = span.events.iter().map(|event| {
            let mut fields =
                vec![Tag { key: "event".to_owned(), kind: "string", value: event.name.clone().into() }];
            fields.extend(tags::of_attributes(&event.attributes));
            Log { timestamp: event.time_unix_nano / 1000, fields }
        });
        Self {
            trace_id: id.to_string(),
            span_id: tags::hex(&span.span_id),
            // Jaeger has one of W3C's flags, "sampled", at the same bit.
            flags: span.flags & 1,
            operation_name: span.name.clone(),
            references: references(id, received),
            start_time: span.start_time_unix_nano / 1000,
            duration: duration(received),
            tags: tags::of_span(received),
            logs: logs.collect(),
            process_id: process_id(index),
            warnings: None,
        }
    }
}

fn references(id: TraceId, received: &Received) -> Vec<Reference> {
    let span = &received.span;
    let parent = (!span.parent_span_id.is_empty()).then(|| Reference {
        ref_type: "CHILD_OF",
        trace_id: id.to_string(),
        span_id: tags::hex(&span.parent_span_id),
    });
    let links = span.links.iter().map(|link| Reference {
        ref_type: "FOLLOWS_FROM",
        trace_id: tags::hex(&link.trace_id),
        span_id: tags::hex(&link.span_id),
    });
    parent.into_iter().chain(links).collect()
}

fn process_id(index: usize) -> String {
    format!("p{}", index + 1)
}
