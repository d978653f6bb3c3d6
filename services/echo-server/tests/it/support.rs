//! A server on a free port, clients, and lookups of its metrics.

pub(crate) mod program;
pub(crate) mod raw;

use std::time::Duration;

use echo_server::Settings;
use kit::server::{GrpcSettings, HttpSettings};
use lookout_proto::echo::Message;
use lookout_proto::echo::echo_service_client::EchoServiceClient;
use prometheus::Registry;
use testkit::{Running, Scrape};
use tonic::transport::Channel;

pub(crate) type Server = Running<Result<(), echo_server::Error>>;

/// Maximum time to wait for a condition.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);
pub(crate) const SERVICE: (&str, &str) = ("grpc_service", "proto.EchoService");

/// Longer than a test takes: a drain that needs it fails the test.
pub(crate) const LONG_GRACE: Duration = Duration::from_secs(600);

pub(crate) async fn start() -> Server {
    start_with(LONG_GRACE, Registry::new()).await
}

pub(crate) async fn start_with(shutdown_grace: Duration, registry: Registry) -> Server {
    start_on(shutdown_grace, registry, HttpSettings::default()).await
}

pub(crate) async fn start_on(shutdown_grace: Duration, registry: Registry, http: HttpSettings) -> Server {
    let grpc = GrpcSettings::default();
    let settings = Settings { grpc_server_port: 0, shutdown_grace, grpc, http };
    testkit::start(|listener, shutdown| echo_server::run(listener, settings, registry, shutdown)).await
}

pub(crate) async fn channel(server: &Server) -> Channel {
    let endpoint = Channel::from_shared(server.url("")).expect("valid address");
    endpoint.connect().await.expect("a connection")
}

pub(crate) async fn echo(channel: &Channel, message: &str) -> Result<String, tonic::Status> {
    let mut client = EchoServiceClient::new(channel.clone());
    let response = client.echo_service(Message { message: message.into() }).await?;
    Ok(response.into_inner().message)
}

/// The value of the single series of this name for the echo service.
pub(crate) async fn counted(server: &Server, name: &str) -> f64 {
    Scrape::get(server.url("/metrics")).await.value(name, &[SERVICE])
}

/// The number of echo calls that ended with this code.
pub(crate) async fn handled(server: &Server, code: &str) -> f64 {
    let scrape = Scrape::get(server.url("/metrics")).await;
    scrape.value("grpc_server_handled_total", &[SERVICE, ("grpc_code", code)])
}

/// The number of echo calls that ended, with any code.
pub(crate) async fn handled_total(server: &Server) -> f64 {
    Scrape::get(server.url("/metrics")).await.sum("grpc_server_handled_total", &[SERVICE])
}
