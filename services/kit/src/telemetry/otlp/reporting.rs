//! One log line when the collector goes, one when it is back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

/// An exporter that logs changes between working and failing, and not each failure.
#[derive(Debug)]
pub(super) struct Reporting<E> {
    exporter: E,
    endpoint: String,
    failing: AtomicBool,
}

#[derive(Debug, PartialEq, Eq)]
enum Change {
    Lost,
    Back,
}

impl<E> Reporting<E> {
    pub(super) fn new(exporter: E, endpoint: &str) -> Self {
        Self { exporter, endpoint: endpoint.into(), failing: AtomicBool::new(false) }
    }

    fn note(&self, failed: bool) -> Option<Change> {
        match (self.failing.swap(failed, Ordering::Relaxed), failed) {
            (false, true) => Some(Change::Lost),
            (true, false) => Some(Change::Back),
            _ => None,
        }
    }
}

impl<E: SpanExporter> SpanExporter for Reporting<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let result = self.exporter.export(batch).await;
        let endpoint = &self.endpoint;
        match (self.note(result.is_err()), &result) {
            (Some(Change::Lost), Err(error)) => {
                tracing::warn!(endpoint, %error, "traces do not reach the collector, spans are lost");
            }
            (Some(Change::Back), _) => tracing::info!(endpoint, "traces reach the collector again"),
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
    fn only_changes_are_noted() {
        let exporter = Reporting::new((), "http://collector:4317");
        let noted = [false, true, true, false, false, true].map(|failed| exporter.note(failed));
        assert_eq!(noted, [None, Some(Change::Lost), None, Some(Change::Back), None, Some(Change::Lost)]);
    }
}
