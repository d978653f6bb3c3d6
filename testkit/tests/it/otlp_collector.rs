//! Lookup of received spans by trace and by service.

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, trace_service_client::TraceServiceClient,
};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use testkit::otlp::Collector;

fn request(service: &str, spans: Vec<Span>) -> ExportTraceServiceRequest {
    let name = KeyValue {
        key: "service.name".into(),
        value: Some(AnyValue { value: Some(Value::StringValue(service.into())) }),
        ..KeyValue::default()
    };
    let resource = Some(Resource { attributes: vec![name], ..Resource::default() });
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { resource, scope_spans, ..ResourceSpans::default() }],
    }
}

fn span(trace: u8, name: &str) -> Span {
    Span { trace_id: vec![trace; 16], span_id: vec![trace; 8], name: name.into(), ..Span::default() }
}

#[tokio::test]
async fn stores_spans_and_reports_rejected_ones() {
    let collector = Collector::start().await;
    let mut client = TraceServiceClient::connect(collector.endpoint()).await.unwrap();

    client.export(request("a", vec![span(1, "one")])).await.unwrap();
    client.export(request("b", vec![span(1, "two"), span(2, "three")])).await.unwrap();
    let response = client.export(request("b", vec![span(0, "no id")])).await.unwrap().into_inner();

    assert_eq!(response.partial_success.unwrap().rejected_spans, 1);
    let id = "01010101010101010101010101010101";
    let names: Vec<_> =
        collector.trace(id).iter().map(|s| (s.service.to_string(), s.span.name.clone())).collect();
    assert_eq!(names, [("a".to_owned(), "one".to_owned()), ("b".to_owned(), "two".to_owned())]);
    assert_eq!(collector.by_service("b").len(), 2);
    assert!(collector.by_service("c").is_empty());
}
