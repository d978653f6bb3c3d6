//! Spans in memory, and Go's names of codes.

use opentelemetry::trace::{Status, TracerProvider};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tonic::Code;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;

/// Collects the spans of this thread until dropped.
pub(crate) struct Spans {
    exporter: InMemorySpanExporter,
    provider: SdkTracerProvider,
    _default: DefaultGuard,
}

impl Spans {
    pub(crate) fn collect() -> Self {
        propagate_trace_context();
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        let default = tracing::subscriber::set_default(
            tracing_subscriber::registry().with(LevelFilter::INFO).with(layer),
        );
        Self { exporter, provider, _default: default }
    }

    /// The spans that have ended, in the order of their ends.
    pub(crate) fn ended(&self) -> Vec<SpanData> {
        self.provider.force_flush().expect("spans are exported");
        self.exporter.get_finished_spans().expect("spans are collected")
    }

    /// The one span that has ended.
    pub(crate) fn only(&self) -> SpanData {
        let spans = self.ended();
        assert_eq!(spans.len(), 1, "{spans:#?}");
        spans.into_iter().next().expect("one span")
    }
}

/// Installs the SDK's propagator of `traceparent` for the process, as an application does.
pub(crate) fn propagate_trace_context() {
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
}

/// An attribute's value as text.
pub(crate) fn attribute(span: &SpanData, key: &str) -> Option<String> {
    let pair = span.attributes.iter().find(|pair| pair.key.as_str() == key)?;
    Some(pair.value.to_string())
}

/// The description of the span's error, if it is one.
pub(crate) fn error(span: &SpanData) -> Option<&str> {
    match &span.status {
        Status::Error { description } => Some(description),
        Status::Unset | Status::Ok => None,
    }
}

/// A code as in the label `grpc_code`.
pub(crate) fn go_name(code: Code) -> String {
    match code {
        Code::Ok => "OK".to_owned(),
        Code::Cancelled => "Canceled".to_owned(),
        other => format!("{other:?}"),
    }
}
