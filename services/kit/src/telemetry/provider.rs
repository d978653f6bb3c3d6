//! The tracer provider's settings. All of them are explicit, because the SDK ignores invalid variables.

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::TelemetryResourceDetector;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanLimits, TracerProviderBuilder};

use super::settings::{Limits, Settings};

/// A provider without an exporter.
pub(super) fn builder(settings: &Settings, resource: Resource) -> TracerProviderBuilder {
    let Limits { attributes, events, links, event_attributes, link_attributes, .. } = settings.limits;
    let limits = SpanLimits {
        max_events_per_span: events,
        max_attributes_per_span: attributes,
        max_links_per_span: links,
        max_attributes_per_event: event_attributes,
        max_attributes_per_link: link_attributes,
    };
    SdkTracerProvider::builder()
        .with_resource(resource)
        .with_sampler(settings.sampler.clone())
        .with_span_limits(limits)
}

/// The environment's `attributes`, with the given name and version as defaults.
pub(super) fn resource(
    service: &'static str,
    version: &'static str,
    attributes: &[(String, String)],
) -> Resource {
    let defaults = [KeyValue::new("service.name", service), KeyValue::new("service.version", version)];
    let attributes = attributes.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    // A later attribute replaces an earlier one of the same key.
    Resource::builder_empty()
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_attributes(defaults)
        .with_attributes(attributes)
        .build()
}
