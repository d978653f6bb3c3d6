//! A server and clients with metrics.

use std::net::SocketAddr;

use grpc_telemetry::ClientService;
use grpc_telemetry::prometheus::{Buckets, Builder, ClientMetrics, Recorder, ServerMetrics};
use prometheus::Registry;
use tokio::net::TcpListener;
use tokio::runtime::{self, Runtime};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::codec::CompressionEncoding;
use tonic::transport::{Channel, Endpoint, Server};
use tower::Layer;

use super::scrape::{self, Labels};
use testkit::grpc::ping::{self, Ping, SERVICE, TestServiceClient, TestServiceServer};

pub(crate) type Client = TestServiceClient<ClientService<Channel, Recorder>>;

pub(crate) struct Fixture {
    pub(crate) address: SocketAddr,
    pub(crate) registry: Registry,
    pub(crate) client_metrics: ClientMetrics,
    /// The server has its own runtime, so that shutting it down closes all connections.
    runtime: Option<Runtime>,
}

impl Fixture {
    /// Starts client and server with handling histograms.
    pub(crate) async fn start() -> Self {
        Self::with(|server| server, |client| client).await
    }

    pub(crate) async fn with(
        server: impl FnOnce(Builder<ServerMetrics>) -> Builder<ServerMetrics>,
        client: impl FnOnce(Builder<ClientMetrics>) -> Builder<ClientMetrics>,
    ) -> Self {
        let server_metrics = server(server_builder()).build().expect("server metrics");
        let client_metrics = client(client_builder()).build().expect("client metrics");
        let registry = Registry::new();
        registry.register(Box::new(server_metrics.clone())).expect("server metrics register");
        registry.register(Box::new(client_metrics.clone())).expect("client metrics register");
        let (address, runtime) = serve(&server_metrics).await;
        Self { address, registry, client_metrics, runtime: Some(runtime) }
    }

    pub(crate) fn client(&self) -> Client {
        TestServiceClient::new(self.client_metrics.layer().layer(self.channel()))
    }

    /// A channel without metrics, which connects on its first call.
    pub(crate) fn channel(&self) -> Channel {
        Endpoint::from_shared(format!("http://{}", self.address)).expect("address").connect_lazy()
    }

    /// Stops the server at once, and closes all its connections.
    pub(crate) fn kill_server(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    /// Waits until a method's sample has the value; `name` is without `grpc_`.
    pub(crate) async fn wait_for(&self, name: &str, method: &str, expected: f64) {
        self.wait_for_labels(name, &[("grpc_service", SERVICE), ("grpc_method", method)], expected).await;
    }

    /// Waits until this number of a method's calls were handled with the code.
    pub(crate) async fn wait_for_handled(&self, side: &str, method: &str, code: &str, expected: f64) {
        let labels = [("grpc_service", SERVICE), ("grpc_method", method), ("grpc_code", code)];
        self.wait_for_labels(&format!("{side}_handled_total"), &labels, expected).await;
    }

    pub(crate) async fn wait_for_labels(&self, name: &str, labels: Labels<'_>, expected: f64) {
        scrape::eventually(&self.registry, &format!("grpc_{name}"), labels, expected).await;
    }

    /// The current value of a method's sample; `name` is without `grpc_`.
    pub(crate) fn value(&self, name: &str, method: &str) -> f64 {
        let labels = [("grpc_service", SERVICE), ("grpc_method", method)];
        scrape::value(&self.registry, &format!("grpc_{name}"), &labels).expect("a sample")
    }

    /// The number of a method's calls that were handled with the code.
    pub(crate) fn handled_with_code(&self, side: &str, method: &str, code: &str) -> f64 {
        let labels = [("grpc_service", SERVICE), ("grpc_method", method), ("grpc_code", code)];
        scrape::sum(&self.registry, &format!("grpc_{side}_handled_total"), &labels)
    }

    /// The number of a method's calls that were handled, with any code.
    pub(crate) fn handled(&self, side: &str, method: &str) -> f64 {
        let labels = [("grpc_service", SERVICE), ("grpc_method", method)];
        scrape::sum(&self.registry, &format!("grpc_{side}_handled_total"), &labels)
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        self.kill_server();
    }
}

pub(crate) fn server_builder() -> Builder<ServerMetrics> {
    ServerMetrics::builder()
        .file_descriptor_set(ping::FILE_DESCRIPTOR_SET)
        .handling_histogram(Buckets::default())
}

pub(crate) fn client_builder() -> Builder<ClientMetrics> {
    ClientMetrics::builder()
        .file_descriptor_set(ping::FILE_DESCRIPTOR_SET)
        .handling_histogram(Buckets::default())
}

async fn serve(metrics: &ServerMetrics) -> (SocketAddr, Runtime) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("address");
    let listener = listener.into_std().expect("a listener");
    let service = TestServiceServer::new(Ping)
        .accept_compressed(CompressionEncoding::Gzip)
        .send_compressed(CompressionEncoding::Gzip);
    let server = Server::builder().layer(metrics.layer()).add_service(service);
    let runtime =
        runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("runtime");
    runtime.spawn(async move {
        let incoming = TcpListenerStream::new(TcpListener::from_std(listener).expect("a listener"));
        server.serve_with_incoming(incoming).await.expect("server runs");
    });
    (address, runtime)
}
