//! Export of ended spans to a collector.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry::{Key, KeyValue, Value};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter as OtlpExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchSpanProcessor, SdkTracerProvider, SpanData, SpanExporter, TracerProviderBuilder,
};

/// A provider without an exporter. `OTEL_TRACES_SAMPLER` selects its sampler.
pub(super) fn provider(service: &'static str, version: &'static str) -> TracerProviderBuilder {
    SdkTracerProvider::builder().with_resource(resource(service, version))
}

/// A provider that exports batches (`OTEL_BSP_*`) from its own thread. Its queue is bounded: while the collector is
/// down or slow, spans are dropped and no caller waits.
pub(super) fn exporting_provider(
    service: &'static str,
    version: &'static str,
    endpoint: &str,
) -> Result<SdkTracerProvider, ExporterBuildError> {
    let exporter = OtlpExporter::builder().with_tonic().with_endpoint(endpoint).build()?;
    let processor = BatchSpanProcessor::builder(LoggingExporter::new(exporter, endpoint)).build();
    Ok(provider(service, version).with_span_processor(processor).build())
}

/// The environment's resource attributes, with the given name and version as defaults.
fn resource(service: &'static str, version: &'static str) -> Resource {
    let environment = Resource::builder().build();
    let mut resource = Resource::builder();
    // Without a name in the environment, the SDK's default is `unknown_service:PROGRAM`.
    let is_set = |value: Value| !value.as_str().starts_with("unknown_service");
    if !environment.get(&Key::new("service.name")).is_some_and(is_set) {
        resource = resource.with_service_name(Cow::Borrowed(service));
    }
    if environment.get(&Key::new("service.version")).is_none() {
        resource = resource.with_attribute(KeyValue::new("service.version", version));
    }
    resource.build()
}

/// An exporter that logs when exports start to fail and when they succeed again, but not each failure.
#[derive(Debug)]
struct LoggingExporter<E> {
    exporter: E,
    endpoint: String,
    failing: AtomicBool,
}

#[derive(Debug, PartialEq, Eq)]
enum Transition {
    Failed,
    Recovered,
}

impl<E> LoggingExporter<E> {
    fn new(exporter: E, endpoint: &str) -> Self {
        Self { exporter, endpoint: endpoint.into(), failing: AtomicBool::new(false) }
    }

    fn transition(&self, failed: bool) -> Option<Transition> {
        match (self.failing.swap(failed, Ordering::Relaxed), failed) {
            (false, true) => Some(Transition::Failed),
            (true, false) => Some(Transition::Recovered),
            _ => None,
        }
    }
}

impl<E: SpanExporter> SpanExporter for LoggingExporter<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let result = self.exporter.export(batch).await;
        let endpoint = &self.endpoint;
        match (self.transition(result.is_err()), &result) {
            (Some(Transition::Failed), Err(error)) => {
                tracing::warn!(endpoint, %error, "cannot export traces, spans are lost");
            }
            (Some(Transition::Recovered), _) => tracing::info!(endpoint, "exporting traces again"),
            _ => {}
        }
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_transitions_are_logged() {
        let exporter = LoggingExporter::new((), "http://collector:4317");
        let transitions = [false, true, true, false, false, true].map(|failed| exporter.transition(failed));
        let (failed, recovered) = (Some(Transition::Failed), Some(Transition::Recovered));
        assert_eq!(transitions, [None, failed, None, recovered, None, Some(Transition::Failed)]);
    }
}
