//! A server with metrics.

use std::net::SocketAddr;
use std::time::Duration;

use grpc_telemetry::go_micro::{Builder, ServerMetrics};
use prometheus::{Registry, TextEncoder};
use prometheus_text::Exposition;
use testkit::eventually;
use testkit::grpc::ping::{FILE_DESCRIPTOR_SET, Ping, TestServiceClient, TestServiceServer};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Endpoint, Server};

pub(crate) const TOTAL: &str = "micro_request_total";
pub(crate) const LATENCY: &str = "micro_upstream_latency_microseconds";
pub(crate) const DURATION: &str = "micro_request_duration_seconds";

pub(crate) struct Fixture {
    address: SocketAddr,
    registry: Registry,
}

impl Fixture {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("address");
        let (metrics, registry) = registered(builder());
        let server = Server::builder().layer(metrics.layer()).add_service(TestServiceServer::new(Ping));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        Self { address, registry }
    }

    pub(crate) fn channel(&self) -> Channel {
        Endpoint::from_shared(format!("http://{}", self.address)).expect("address").connect_lazy()
    }

    pub(crate) fn client(&self) -> TestServiceClient<Channel> {
        TestServiceClient::new(self.channel())
    }

    pub(crate) fn page(&self) -> Exposition {
        page(&self.registry)
    }

    /// Waits until this number of a method's calls have ended, then asserts that all three families contain them.
    pub(crate) async fn wait_for(&self, method: &str, success: f64, fail: f64) {
        let method = format!("TestService.{method}");
        let calls = || ended(&self.page(), &method);
        eventually(Duration::from_secs(10), async || calls() >= success + fail).await;
        assert_eq!(counts(&self.page(), &method), (success, fail), "{method}");
    }
}

pub(crate) fn builder() -> Builder {
    ServerMetrics::builder("ping").id("ping-1").version("1.0").file_descriptor_set(FILE_DESCRIPTOR_SET)
}

pub(crate) fn registered(builder: Builder) -> (ServerMetrics, Registry) {
    let metrics = builder.build().expect("metrics");
    let registry = Registry::new();
    registry.register(Box::new(metrics.clone())).expect("metrics register");
    (metrics, registry)
}

/// The text exposition, parsed strictly.
pub(crate) fn page(registry: &Registry) -> Exposition {
    prometheus_text::parse(&text(registry)).expect("a page in Prometheus' format")
}

pub(crate) fn text(registry: &Registry) -> String {
    TextEncoder::new().encode_to_string(&registry.gather()).expect("metrics can be encoded")
}

/// The numbers of a method's calls that succeeded and failed. Asserts that all three families contain them.
pub(crate) fn counts(page: &Exposition, method: &str) -> (f64, f64) {
    let of = |status| page.value(TOTAL, &[("method", method), ("status", status)]).expect("a sample");
    let (success, fail) = (of("success"), of("fail"));
    for family in [LATENCY, DURATION] {
        let count = page.value(&format!("{family}_count"), &[("method", method)]).expect("a sample");
        assert_eq!(count, success + fail, "{family} of {method}");
    }
    (success, fail)
}

pub(crate) fn ended(page: &Exposition, method: &str) -> f64 {
    page.matching(TOTAL, &[("method", method)]).map(|sample| sample.value).sum()
}
