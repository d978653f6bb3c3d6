//! An OTLP collector that keeps the spans it receives, in the store of the stand-in for Jaeger.

use std::sync::Arc;

use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;

use crate::Running;
pub use jaeger_standin::otlp::*;

/// A collector that runs until it is dropped.
#[derive(Debug)]
pub struct Collector {
    store: Store,
    running: Running<Result<(), tonic::transport::Error>>,
}

impl Collector {
    /// Starts a collector on a free port.
    pub async fn start() -> Self {
        let store = Store::new(Limits { spans: 10_000, bytes: 32 << 20 });
        let server = store.server();
        let running = crate::start(|listener, shutdown| {
            Server::builder()
                .add_service(server)
                .serve_with_incoming_shutdown(TcpListenerStream::new(listener), shutdown.cancelled_owned())
        })
        .await;
        Self { store, running }
    }

    /// The value for `OTEL_EXPORTER_OTLP_ENDPOINT`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.running.url("")
    }

    /// The spans of a trace in the order of arrival.
    #[must_use]
    pub fn trace(&self, id: TraceId) -> Vec<Arc<Received>> {
        self.store.ring().trace(id).to_vec()
    }

    /// All spans of a service; newest trace first.
    #[must_use]
    pub fn by_service(&self, name: &str) -> Vec<Arc<Received>> {
        let ring = self.store.ring();
        ring.traces().flat_map(|(_, spans)| spans).filter(|span| &*span.service == name).cloned().collect()
    }
}
