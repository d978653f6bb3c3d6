//! W3C trace context in HTTP headers.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Makes `span`, not entered yet, a child of the caller's that the headers name, if they do.
///
/// Where no spans are made, hands back the caller's context: it is the current one while the call is handled, so that
/// a trace does not break at a service without spans of its own.
pub(super) fn extract(headers: &HeaderMap, span: &Span) -> Option<Context> {
    let propagator = TraceContextPropagator::new();
    let caller = propagator.extract_with_context(&Context::new(), &Headers(headers));
    if !caller.span().span_context().is_valid() {
        return None;
    }
    span.set_parent(caller.clone()).err().map(|_| caller)
}

/// Names `span` as the parent of what the callee does; without such a span, the current context's.
pub(super) fn inject(span: &Span, headers: &mut HeaderMap) {
    let own = span.context();
    let context = if own.span().span_context().is_valid() { own } else { Context::current() };
    TraceContextPropagator::new().inject_context(&context, &mut HeadersMut(headers));
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct HeadersMut<'a>(&'a mut HeaderMap);

impl Injector for HeadersMut<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}
