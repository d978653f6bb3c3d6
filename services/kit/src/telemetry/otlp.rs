//! From ended spans to the collector.

mod reporting;

use std::borrow::Cow;

use opentelemetry::{Key, KeyValue, Value};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SdkTracerProvider, TracerProviderBuilder};

use crate::telemetry::Error;
use crate::telemetry::otlp::reporting::Reporting;

/// A provider that exports nothing yet, sampling as `OTEL_TRACES_SAMPLER` says.
pub(crate) fn provider(service: &'static str, version: &'static str) -> TracerProviderBuilder {
    SdkTracerProvider::builder().with_resource(resource(service, version))
}

/// A provider that exports in batches (`OTEL_BSP_*`) from a thread of its own. Its queue is bounded: with a collector
/// that is down or slow, spans are lost, and nothing waits.
pub(crate) fn exporting_provider(
    service: &'static str,
    version: &'static str,
    endpoint: &str,
) -> Result<SdkTracerProvider, Error> {
    let exporter = SpanExporter::builder().with_tonic().with_endpoint(endpoint).build()?;
    let processor = BatchSpanProcessor::builder(Reporting::new(exporter, endpoint)).build();
    Ok(provider(service, version).with_span_processor(processor).build())
}

/// What the environment says about this process, and the given name and version where it says nothing.
fn resource(service: &'static str, version: &'static str) -> Resource {
    let environment = Resource::builder().build();
    let mut ours = Resource::builder();
    // The SDK's own default, for a process that nobody named.
    let named = |value: Value| !value.as_str().starts_with("unknown_service");
    if !environment.get(&Key::new("service.name")).is_some_and(named) {
        ours = ours.with_service_name(Cow::Borrowed(service));
    }
    if environment.get(&Key::new("service.version")).is_none() {
        ours = ours.with_attribute(KeyValue::new("service.version", version));
    }
    ours.build()
}
