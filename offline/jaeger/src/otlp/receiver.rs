//! OTLP's trace service, which writes to a ring.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
    trace_service_server::{TraceService, TraceServiceServer},
};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use tonic::{Request, Response, Status};

use super::id::TraceId;
use super::ring::{Limits, Received, Ring};

/// A ring shared between the gRPC server and readers. Clones share the ring.
#[derive(Clone, Debug)]
pub struct Store(Arc<Mutex<Ring>>);

impl Store {
    /// A store with an empty ring.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self(Arc::new(Mutex::new(Ring::new(limits))))
    }

    /// The gRPC service to add to a tonic server.
    #[must_use]
    pub fn server(&self) -> TraceServiceServer<Self> {
        TraceServiceServer::new(self.clone())
    }

    /// Locks the ring: no spans are received while the guard exists.
    pub fn ring(&self) -> MutexGuard<'_, Ring> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[tonic::async_trait]
impl TraceService for Store {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut rejected = 0;
        for batch in request.into_inner().resource_spans {
            let resource: Arc<[KeyValue]> = batch.resource.unwrap_or_default().attributes.into();
            let service: Arc<str> = service_name(&resource).into();
            for scoped in batch.scope_spans {
                let scope = scoped.scope.unwrap_or_default();
                let scope = Arc::new((scope.name, scope.version));
                for span in scoped.spans {
                    let Some(id) = TraceId::from_bytes(&span.trace_id).filter(|_| span.span_id.len() == 8)
                    else {
                        rejected += 1;
                        continue;
                    };
                    let received = Received {
                        service: service.clone(),
                        resource: resource.clone(),
                        scope: scope.clone(),
                        span,
                    };
                    self.ring().push(id, received);
                }
            }
        }
        let partial_success = (rejected > 0).then(|| ExportTracePartialSuccess {
            rejected_spans: rejected,
            error_message: "a trace id has 16 bytes, not all 0, and a span id 8".to_owned(),
        });
        Ok(Response::new(ExportTraceServiceResponse { partial_success }))
    }
}

fn service_name(resource: &[KeyValue]) -> &str {
    resource
        .iter()
        .find(|pair| pair.key == "service.name")
        .and_then(|pair| match pair.value.as_ref()?.value.as_ref()? {
            Value::StringValue(name) => Some(name.as_str()),
            _ => None,
        })
        .unwrap_or("OTLPResourceNoServiceName")
}
