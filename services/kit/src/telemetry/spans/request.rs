//! Requests to the collector, and their halves.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::trace::SpanData;
use prost::Message;

/// Maximum size of a request before compression. A quarter of gRPC's default limit, which bounds the memory of an export,
/// too.
pub(super) const MAX_REQUEST_BYTES: usize = 1024 * 1024;

/// A request with at least one span.
#[derive(Debug, Clone)]
pub(super) struct SpanRequest(ExportTraceServiceRequest);

impl SpanRequest {
    pub(super) fn new(spans: Vec<SpanData>, resource: &ResourceAttributesWithSchema) -> Self {
        let resource_spans = group_spans_by_resource_and_scope(spans, resource);
        Self(ExportTraceServiceRequest { resource_spans })
    }

    pub(super) fn spans(&self) -> usize {
        self.scopes().map(|scope| scope.spans.len()).sum()
    }

    pub(super) fn is_too_large(&self) -> bool {
        self.0.encoded_len() > MAX_REQUEST_BYTES
    }

    pub(super) fn message(&self) -> ExportTraceServiceRequest {
        self.0.clone()
    }

    /// Two requests with half of the spans each. The request itself, if it has a single span.
    pub(super) fn halves(self) -> Result<[Self; 2], Self> {
        let spans = self.spans();
        if spans < 2 {
            return Err(self);
        }
        let mut left = spans / 2;
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for resource in self.0.resource_spans {
            let (mut taken, mut rest) = (Vec::new(), Vec::new());
            for mut scope in resource.scope_spans {
                let spans = scope.spans.split_off(left.min(scope.spans.len()));
                left -= scope.spans.len();
                let other =
                    ScopeSpans { spans, scope: scope.scope.clone(), schema_url: scope.schema_url.clone() };
                taken.extend(Some(scope).filter(|scope| !scope.spans.is_empty()));
                rest.extend(Some(other).filter(|scope| !scope.spans.is_empty()));
            }
            for (half, scope_spans) in [(&mut first, taken), (&mut second, rest)] {
                if !scope_spans.is_empty() {
                    let (resource, schema_url) = (resource.resource.clone(), resource.schema_url.clone());
                    half.push(ResourceSpans { resource, scope_spans, schema_url });
                }
            }
        }
        Ok([first, second].map(|resource_spans| Self(ExportTraceServiceRequest { resource_spans })))
    }

    fn scopes(&self) -> impl Iterator<Item = &ScopeSpans> {
        self.0.resource_spans.iter().flat_map(|resource| &resource.scope_spans)
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::trace::v1::Span;

    use super::*;

    /// A request with these numbers of spans, by resource and scope.
    fn request(resources: &[&[u8]]) -> SpanRequest {
        let mut id = 0;
        let mut scope = |spans: &u8| {
            let mut span = || {
                id += 1;
                Span { span_id: vec![id], ..Span::default() }
            };
            ScopeSpans { spans: (0..*spans).map(|_| span()).collect(), ..ScopeSpans::default() }
        };
        let resource_spans = resources.iter().map(|scopes| ResourceSpans {
            scope_spans: scopes.iter().map(&mut scope).collect(),
            ..ResourceSpans::default()
        });
        SpanRequest(ExportTraceServiceRequest { resource_spans: resource_spans.collect() })
    }

    fn ids(request: &SpanRequest) -> Vec<u8> {
        request.scopes().flat_map(|scope| &scope.spans).map(|span| span.span_id[0]).collect()
    }

    #[test]
    fn halves_have_all_spans_in_their_order() {
        for resources in [&[&[5][..]][..], &[&[2]], &[&[1, 1, 3]], &[&[1], &[4, 2], &[1]], &[&[1], &[1]]] {
            let whole = request(resources);
            let all = ids(&whole);
            let [first, second] = whole.halves().expect("more than one span");
            assert_eq!(first.spans(), all.len() / 2, "{resources:?}");
            assert_eq!([ids(&first), ids(&second)].concat(), all, "{resources:?}");
            assert!(first.scopes().chain(second.scopes()).all(|scope| !scope.spans.is_empty()));
        }
        assert!(request(&[&[1]]).halves().is_err());
    }
}
