//! An OTLP collector that keeps the spans it receives.

use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
    trace_service_server::{TraceService, TraceServiceServer},
};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic::{Request, Response, Status};

use crate::Running;
pub use opentelemetry_proto::tonic::common::v1 as common;
pub use opentelemetry_proto::tonic::trace::v1 as trace;

/// A received span.
#[derive(Clone, Debug)]
pub struct Received {
    /// `service.name` of its resource, or an empty string.
    pub service: Arc<str>,
    /// The span, unchanged.
    pub span: trace::Span,
}

/// A collector that runs until it is dropped.
#[derive(Debug)]
pub struct Collector {
    store: Store,
    running: Running<Result<(), tonic::transport::Error>>,
}

impl Collector {
    /// Starts a collector on a free port.
    pub async fn start() -> Self {
        Self::on(crate::listener().await)
    }

    /// Starts a collector on a given listener.
    #[must_use]
    pub fn on(listener: TcpListener) -> Self {
        let store = Store::default();
        let server = TraceServiceServer::new(store.clone());
        let running = Running::on(listener, |listener, shutdown| {
            Server::builder()
                .add_service(server)
                .serve_with_incoming_shutdown(TcpListenerStream::new(listener), shutdown.cancelled_owned())
        });
        Self { store, running }
    }

    /// The value for `OTEL_EXPORTER_OTLP_ENDPOINT`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.running.url("")
    }

    /// The spans of a trace in the order of arrival. `id` is the trace id as 32 lower-case hexadecimal digits.
    #[must_use]
    pub fn trace(&self, id: &str) -> Vec<Received> {
        self.store.select(|received| hex(&received.span.trace_id) == id)
    }

    /// All spans of a service in the order of arrival.
    #[must_use]
    pub fn by_service(&self, name: &str) -> Vec<Received> {
        self.store.select(|received| &*received.service == name)
    }
}

/// The received spans. Clones share them.
#[derive(Clone, Debug, Default)]
struct Store(Arc<Mutex<Vec<Received>>>);

impl Store {
    fn select(&self, matches: impl Fn(&Received) -> bool) -> Vec<Received> {
        let received = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        received.iter().filter(|received| matches(received)).cloned().collect()
    }
}

#[tonic::async_trait]
impl TraceService for Store {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut rejected_spans = 0;
        for batch in request.into_inner().resource_spans {
            let service: Arc<str> = service_name(&batch.resource.unwrap_or_default().attributes).into();
            let (valid, invalid): (Vec<_>, Vec<_>) =
                batch.scope_spans.into_iter().flat_map(|scope| scope.spans).partition(has_ids);
            rejected_spans += i64::try_from(invalid.len()).unwrap_or(i64::MAX);
            let received = valid.into_iter().map(|span| Received { service: service.clone(), span });
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(received);
        }
        let partial_success = (rejected_spans > 0).then(|| ExportTracePartialSuccess {
            rejected_spans,
            error_message: "a trace id has 16 bytes, not all 0, and a span id 8".to_owned(),
        });
        Ok(Response::new(ExportTraceServiceResponse { partial_success }))
    }
}

fn has_ids(span: &trace::Span) -> bool {
    span.trace_id.len() == 16 && span.trace_id.iter().any(|byte| *byte != 0) && span.span_id.len() == 8
}

fn service_name(resource: &[common::KeyValue]) -> &str {
    let name = resource.iter().find(|pair| pair.key == "service.name");
    match name.and_then(|pair| pair.value.as_ref()?.value.as_ref()) {
        Some(common::any_value::Value::StringValue(name)) => name,
        _ => "",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
