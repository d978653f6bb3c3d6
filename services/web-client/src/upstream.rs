//! The connection to the gRPC servers, shared by all calls, with metrics and spans.

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

/// Timeout of a connection attempt to a host that does not respond. After a refused attempt, the next call reconnects at
/// once: calls share one attempt at a time, so they cannot flood the host.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// Interval of HTTP/2 pings, also on an idle connection.
const PING_INTERVAL: Duration = Duration::from_secs(10);
/// A connection whose ping is not acknowledged within this time is closed.
const PING_TIMEOUT: Duration = Duration::from_secs(3);
const TCP_KEEPALIVE: Duration = Duration::from_secs(30);

/// The client stack for unary calls, with the deadline.
pub(crate) type Calls = ClientService<Deadline<Channel>, (Recorder, Tracer)>;
/// The client stack for streams, without a deadline.
pub(crate) type Streams = ClientService<Channel, (Recorder, Tracer)>;

/// The client stacks for generated clients. Clones share the connection.
pub(crate) struct Upstream {
    /// The metrics of all calls.
    pub(crate) metrics: ClientMetrics,
    pub(crate) calls: Calls,
    pub(crate) streams: Streams,
}

impl Upstream {
    /// Connects at the first call, and again after the connection is lost.
    pub(crate) fn new(config: &Config, registry: &Registry) -> Result<Self, Error> {
        let mut metrics = ClientMetrics::builder()
            .file_descriptor_set(echo::FILE_DESCRIPTOR_SET)
            .handling_histogram(Buckets::finer())
            .message_histograms(Buckets::finer())
            .exemplars();
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
        Ok(Self { calls: observed.layer(bounded), streams: observed.layer(channel), metrics })
    }
}
