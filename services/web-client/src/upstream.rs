//! The way to the gRPC servers: one connection for all calls, watched.

use std::time::Duration;

use grpc_telemetry::ClientService;
use grpc_telemetry::prometheus::{Buckets, ClientMetrics, Recorder};
use grpc_telemetry::trace::Tracer;
use lookout_proto::{echo, order};
use prometheus::Registry;
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

/// For calls that end within the deadline.
pub(crate) type Calls = ClientService<Deadline<Channel>, (Recorder, Tracer)>;
/// For calls that go on until somebody ends them.
pub(crate) type Streams = ClientService<Channel, (Recorder, Tracer)>;

/// What generated clients send their calls through; clones share the connection.
pub(crate) struct Upstream {
    pub(crate) calls: Calls,
    pub(crate) streams: Streams,
}

impl Upstream {
    /// Connects when first called, and again when the connection is lost.
    pub(crate) fn new(config: &Config, registry: &Registry) -> Result<Self, Error> {
        let mut metrics = ClientMetrics::builder()
            .file_descriptor_set(echo::FILE_DESCRIPTOR_SET)
            .handling_histogram(Buckets::finer())
            .message_histograms(Buckets::finer());
        if config.orders {
            metrics = metrics.file_descriptor_set(order::FILE_DESCRIPTOR_SET);
        }
        let metrics = metrics.build()?;
        registry.register(Box::new(metrics.clone()))?;

        let channel = Endpoint::from_shared(format!("http://{}", config.server()))
            .map_err(|source| Error::Server { host: config.grpc_server_host.clone(), source })?
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_keepalive(Some(TCP_KEEPALIVE))
            .http2_keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIMEOUT)
            .keep_alive_while_idle(true)
            .connect_lazy();

        let tracer = Tracer::with_server(&config.grpc_server_host, config.grpc_server_port);
        let observed = metrics.layer().and(tracer);
        // Inside the layer, so that metrics and span report the deadline.
        let bounded = Deadline::new(channel.clone(), config.grpc_deadline);
        Ok(Self { calls: observed.layer(bounded), streams: observed.layer(channel) })
    }
}
