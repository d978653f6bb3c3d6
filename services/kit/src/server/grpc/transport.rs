//! The settings of a gRPC port, and the count of what it refuses.

use axum::body::Body;
use axum::response::Response;
use clap::Args;
use http::Request;
use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

use super::message_limit::MessageLimit;
use super::refusal::{Refusal, Refused, check};
use crate::server::Limits;
use crate::settings::size;

/// The least limit of headers that is announced to clients; see [`GrpcTransport::limits`].
const MIN_ANNOUNCED_HEADER_BYTES: usize = 4 << 20;

/// Settings of a gRPC port.
#[derive(Debug, Clone, Copy, Args)]
pub struct GrpcSettings {
    /// Maximum size of a gRPC request's headers, such as 1MiB; a request with more is refused and counted
    #[arg(
        long = "grpc-max-header-list-size",
        env = "GRPC_MAX_HEADER_LIST_SIZE",
        value_name = "SIZE",
        default_value = "1MiB",
        value_parser = size
    )]
    pub max_header_list_bytes: usize,
}

/// One MiB of headers. grpc-go's default is 16 MiB, of which four requests would fill a container of 64 MiB.
impl Default for GrpcSettings {
    fn default() -> Self {
        Self { max_header_list_bytes: 1 << 20 }
    }
}

/// Refuses what is not valid gRPC over HTTP/2, and counts it.
#[derive(Debug, Clone)]
pub struct GrpcTransport {
    settings: GrpcSettings,
    max_message_bytes: Option<usize>,
    /// One per [`Refusal`].
    refused: [IntCounter; Refusal::ALL.len()],
}

impl GrpcTransport {
    /// Registers `grpc_server_refused_total`, with every reason at 0.
    ///
    /// # Errors
    ///
    /// If the registry already has a metric of this name.
    pub fn register(registry: &Registry, settings: GrpcSettings) -> prometheus::Result<Self> {
        let counters = IntCounterVec::new(
            Opts::new(
                "grpc_server_refused_total",
                "Total number of requests that the server refused before they became calls, by reason.",
            ),
            &["reason"],
        )?;
        let refused = Refusal::ALL.map(|refusal| counters.with_label_values(&[refusal.name()]));
        registry.register(Box::new(counters))?;
        Ok(Self { settings, max_message_bytes: None, refused })
    }

    /// Fails requests with a larger message as `RESOURCE_EXHAUSTED`. tonic's own limit, 4 MiB by default, fails them as
    /// `OUT_OF_RANGE`, which no other implementation does.
    #[must_use]
    pub fn max_message_bytes(self, bytes: usize) -> Self {
        Self { max_message_bytes: Some(bytes), ..self }
    }

    /// The limits of the server of this port, for [`serve`](crate::server::serve): those given, with gRPC's.
    ///
    /// Clients see a header limit of four times the setting, and at least 4 MiB: a request between the two limits reaches
    /// this process, which refuses and counts it. Beyond the second, the HTTP/2 library responds with 431 by itself, and
    /// beyond four times that, it closes the connection.
    #[must_use]
    pub fn limits(&self, limits: impl Into<Limits>) -> Limits {
        let announced = self.settings.max_header_list_bytes.saturating_mul(4).max(MIN_ANNOUNCED_HEADER_BYTES);
        let limits = limits.into();
        let edge = limits.edge.with_grpc();
        let max_header_list_bytes = u32::try_from(announced).unwrap_or(u32::MAX);
        Limits { edge, max_header_list_bytes, ..limits }
    }

    /// Counts a request that is not valid, and returns the response to it.
    pub(super) fn refuse(&self, request: &Request<Body>) -> Option<Response> {
        let refused = check(request, self.settings.max_header_list_bytes).err()?;
        self.refused[refused.refusal as usize].inc();
        let Refused { refusal, detail } = &refused;
        tracing::debug!(reason = refusal.name(), detail, "request refused");
        Some(refused.into_response(request.version()))
    }

    /// Limits the size of a request's messages.
    pub(super) fn limit(&self, request: Request<Body>) -> Request<Body> {
        match self.max_message_bytes {
            Some(max) => request.map(|body| Body::new(MessageLimit::new(body, max))),
            None => request,
        }
    }
}
