//! The way to the echo server: one connection for all, watched.

use std::time::Duration;

use grpc_metrics::{Buckets, ClientMetrics, ClientService};
use lookout_proto::FILE_DESCRIPTOR_SET;
use lookout_proto::echo::Message;
use lookout_proto::echo::echo_service_client::EchoServiceClient;
use prometheus::Registry;
use telemetry::trace::{GrpcClientLayer, Traced};
use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tower_layer::Layer;

use crate::deadline::Deadline;
use crate::{Config, Error};

/// A host that does not answer is asked again after this long. One that refuses is asked again by the next
/// call, without a pause: calls wait for one attempt at a time, so that they cannot become a flood.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// An idle or silent peer is asked for a sign of life this often ...
const PING_INTERVAL: Duration = Duration::from_secs(10);
/// ... and given up after this long without.
const PING_TIMEOUT: Duration = Duration::from_secs(3);
const TCP_KEEPALIVE: Duration = Duration::from_secs(30);

/// Calls the echo server; a clone shares the connection.
#[derive(Clone)]
pub(crate) struct Upstream {
    client: EchoServiceClient<Traced<ClientService<Deadline<Channel>>>>,
}

impl Upstream {
    /// Connects when first called, and again when the connection is lost.
    pub(crate) fn new(config: &Config, registry: &Registry) -> Result<Self, Error> {
        let metrics = ClientMetrics::builder()
            .file_descriptor_set(FILE_DESCRIPTOR_SET)
            .handling_histogram(Buckets::finer())
            .message_histograms(Buckets::finer())
            .build()?;
        registry.register(Box::new(metrics.clone()))?;

        let channel = Endpoint::from_shared(format!("http://{}", config.server()))
            .map_err(|source| Error::Server { host: config.grpc_server_host.clone(), source })?
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_keepalive(Some(TCP_KEEPALIVE))
            .http2_keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIMEOUT)
            .keep_alive_while_idle(true)
            .connect_lazy();

        // From within: the deadline ends a call, so that metrics and span see that end.
        let bounded = Deadline::new(channel, config.grpc_deadline);
        let counted = metrics.layer().layer(bounded);
        let traced = GrpcClientLayer::to(&config.grpc_server_host, config.grpc_server_port).layer(counted);
        Ok(Self { client: EchoServiceClient::new(traced) })
    }

    pub(crate) async fn echo(&self, message: String) -> Result<String, Status> {
        let reply = self.client.clone().echo_service(Message { message }).await?;
        Ok(reply.into_inner().message)
    }
}
