//! A collector whose answers a test decides.

use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use testkit::Running;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::codec::CompressionEncoding;
use tonic::metadata::MetadataMap;
use tonic::transport::Server;
use tonic::{Request, Response, Status};

type Answer = dyn Fn(&ExportTraceServiceRequest) -> Result<ExportTraceServiceResponse, Status> + Send + Sync;

/// A request, with its size before compression.
#[derive(Debug, Clone)]
pub(crate) struct Export {
    pub(crate) metadata: MetadataMap,
    pub(crate) spans: usize,
    pub(crate) bytes: usize,
}

#[derive(Clone)]
struct Script {
    answer: Arc<Answer>,
    exports: Arc<Mutex<Vec<Export>>>,
}

pub(crate) struct Scripted {
    exports: Arc<Mutex<Vec<Export>>>,
    running: Running<Result<(), tonic::transport::Error>>,
}

impl Scripted {
    pub(crate) async fn start(
        answer: impl Fn(&ExportTraceServiceRequest) -> Result<ExportTraceServiceResponse, Status>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        let exports = Arc::default();
        let script = Script { answer: Arc::new(answer), exports: Arc::clone(&exports) };
        let service = TraceServiceServer::new(script).accept_compressed(CompressionEncoding::Gzip);
        let running = testkit::start(|listener, shutdown| {
            Server::builder()
                .add_service(service)
                .serve_with_incoming_shutdown(TcpListenerStream::new(listener), shutdown.cancelled_owned())
        })
        .await;
        Self { exports, running }
    }

    pub(crate) fn endpoint(&self) -> String {
        self.running.url("")
    }

    /// The requests so far.
    pub(crate) fn exports(&self) -> Vec<Export> {
        self.exports.lock().expect("not poisoned").clone()
    }
}

pub(crate) fn spans(request: &ExportTraceServiceRequest) -> usize {
    let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    scopes.map(|scope| scope.spans.len()).sum()
}

#[tonic::async_trait]
impl TraceService for Script {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let (metadata, _, request) = request.into_parts();
        let answer = (self.answer)(&request);
        let (spans, bytes) = (spans(&request), request.encoded_len());
        let export = Export { metadata, spans, bytes };
        self.exports.lock().expect("not poisoned").push(export);
        answer.map(Response::new)
    }
}
