//! Exemplars: single observations with labels such as a trace id, shown in OpenMetrics.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry::{SpanId, TraceId};
use prometheus::proto::LabelPair;

use super::number::push_float;

/// An observation of a histogram, or an increment of a counter.
#[derive(Debug, Clone, PartialEq)]
pub struct Exemplar {
    /// Label names and values, such as `trace_id` and its 32 digits. OpenMetrics limits them to 128 characters
    /// together; an exemplar with more is left out.
    pub labels: Vec<(String, String)>,
    /// The observed value. It selects the bucket of a histogram.
    pub value: f64,
    /// When it was observed.
    pub time: Option<SystemTime>,
}

/// Returns the exemplars of a series, given the name of its family and its labels. Called at each scrape in
/// OpenMetrics, once per series of a counter or histogram.
pub(super) type Source = Arc<dyn Fn(&str, &[LabelPair]) -> Vec<Exemplar> + Send + Sync>;

const MAX_LABEL_CHARS: usize = 128;

impl Exemplar {
    /// An exemplar with the labels `trace_id` and `span_id`, which OpenTelemetry's specification of Prometheus exporters
    /// names.
    #[must_use]
    pub fn in_span(trace_id: TraceId, span_id: SpanId, value: f64, time: SystemTime) -> Self {
        let labels = [("trace_id", trace_id.to_string()), ("span_id", span_id.to_string())];
        let labels = labels.map(|(name, value)| (name.to_owned(), value)).into();
        Self { labels, value, time: Some(time) }
    }

    pub(super) fn is_valid(&self) -> bool {
        let chars = |text: &String| text.chars().count();
        let length: usize = self.labels.iter().map(|(name, value)| chars(name) + chars(value)).sum();
        length <= MAX_LABEL_CHARS
    }

    /// Appends ` # {labels} value time`.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let mut labels = String::new();
        for (name, value) in &self.labels {
            if !labels.is_empty() {
                labels.push(',');
            }
            // Escapes `\`, `"` and line feeds, as the format does.
            let _ = write!(labels, "{name}=\"{}\"", super::open_metrics::escape(value));
        }
        let _ = write!(out, " # {{{labels}}} ");
        push_float(out, self.value);
        if let Some(since) = self.time.and_then(|time| time.duration_since(UNIX_EPOCH).ok()) {
            let _ = write!(out, " {}.{:03}", since.as_secs(), since.subsec_millis());
        }
    }
}

#[cfg(feature = "grpc")]
impl From<grpc_telemetry::Exemplar> for Exemplar {
    fn from(call: grpc_telemetry::Exemplar) -> Self {
        let trace_id = TraceId::from_bytes(call.span.trace_id.to_be_bytes());
        let span_id = SpanId::from_bytes(call.span.span_id.to_be_bytes());
        Self::in_span(trace_id, span_id, call.duration.as_nanos() as f64 / 1e9, call.time)
    }
}

/// The newest exemplar of a bucket: of values above `lower` and up to `upper`.
pub(super) fn of_bucket(exemplars: &[Exemplar], lower: f64, upper: f64) -> Option<&Exemplar> {
    let inside = |exemplar: &&Exemplar| exemplar.value > lower && exemplar.value <= upper;
    exemplars.iter().filter(inside).max_by_key(|exemplar| exemplar.time)
}
