//! A stand-in on free ports, and spans for it.

use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, trace_service_client::TraceServiceClient,
};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use testkit::Running;
use testkit::otlp::Limits;

pub(crate) struct StandIn {
    query: Running<()>,
    otlp: SocketAddr,
}

impl StandIn {
    pub(crate) async fn start() -> Self {
        let receiver = testkit::listener().await;
        let otlp = receiver.local_addr().unwrap();
        let limits = Limits { spans: 1000, bytes: 1 << 20 };
        let query =
            testkit::start(|query, shutdown| jaeger_standin::run(receiver, query, limits, shutdown)).await;
        Self { query, otlp }
    }

    /// Exports spans of a service.
    pub(crate) async fn send(&self, service: &str, spans: Vec<Span>) {
        let attributes = vec![attribute("service.name", service), attribute("host.name", "h")];
        let resource = Some(Resource { attributes, ..Resource::default() });
        let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
        let batch = ResourceSpans { resource, scope_spans, ..ResourceSpans::default() };
        let mut client = TraceServiceClient::connect(format!("http://{}", self.otlp)).await.unwrap();
        let request = ExportTraceServiceRequest { resource_spans: vec![batch] };
        assert!(client.export(request).await.unwrap().into_inner().partial_success.is_none());
    }

    /// Status and body of a query response.
    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let response = client.get(self.query.url(path)).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }
}

pub(crate) fn attribute(key: &str, value: &str) -> KeyValue {
    let value = Some(AnyValue { value: Some(Value::StringValue(value.into())) });
    KeyValue { key: key.into(), value, ..KeyValue::default() }
}

/// A span that starts now and lasts `micros` microseconds.
pub(crate) fn span(trace: u8, id: u8, name: &str, micros: u64) -> Span {
    let start = now_micros() * 1000;
    Span {
        trace_id: vec![trace; 16],
        span_id: vec![id; 8],
        name: name.into(),
        start_time_unix_nano: start,
        end_time_unix_nano: start + micros * 1000,
        ..Span::default()
    }
}

pub(crate) fn now_micros() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(now.as_micros()).unwrap()
}
