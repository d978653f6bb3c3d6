//! `MetricsService.StreamMetrics`, v3 and v2.
//!
//! The messages are read off the HTTP/2 body here, not by tonic's decoder: so a message over the limit is refused by
//! its announced length, unfinished ones share a limit, and a message is walked where it lies.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http_body::Frame;
use http_body_util::StreamBody;
use kit::shutdown::CancellationToken;
use prometheus::IntGauge;
use tokio::sync::Semaphore;
use tonic::{Code, Status};

use crate::frames::{Buffers, FrameError, Frames};
use crate::output::{Checked, Outputs};
use crate::own::OwnMetrics;
use crate::refusal::{Reason, Refusals};
use crate::store::{Identity, Nodes, Stream, Superseded};
use crate::wire::{self, Message};

/// The services' names. Envoy 1.17 was the last to have v2; the messages are the same on the wire.
pub(crate) const NAMES: [&str; 2] =
    ["envoy.service.metrics.v3.MetricsService", "envoy.service.metrics.v2.MetricsService"];

/// The method's paths.
const PATHS: [&str; 2] = [
    "/envoy.service.metrics.v3.MetricsService/StreamMetrics",
    "/envoy.service.metrics.v2.MetricsService/StreamMetrics",
];

/// What all streams share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) nodes: Arc<Nodes>,
    pub(crate) outputs: Outputs,
    pub(crate) own: OwnMetrics,
    pub(crate) refusals: Arc<Refusals>,
    pub(crate) buffers: Arc<Buffers>,
    pub(crate) max_message: usize,
    pub(crate) streams: Semaphore,
    pub(crate) shutdown: CancellationToken,
}

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let refusals = Arc::clone(&shared.refusals);
    let mut router = Router::new();
    for path in PATHS {
        router = router.route(path, post(stream_metrics));
    }
    router.with_state(shared).fallback(move |request: Request| async move { unknown(&refusals, &request) })
}

/// Says what is served, to an Envoy that asks for something else.
fn unknown(refusals: &Refusals, request: &Request) -> Response {
    let path: String = request.uri().path().chars().take(128).collect();
    let detail = format!("{path} is not served; this is a metrics service, at {} and {}", PATHS[0], PATHS[1]);
    refusals.refuse(Reason::Protocol, &detail);
    Status::unimplemented(detail).into_http()
}

/// Answers what comes without HTTP/2 or is no gRPC.
pub(crate) fn not_grpc(refusals: &Refusals) -> Response {
    const DETAIL: &str = "this port speaks gRPC over HTTP/2 only: give the cluster that leads here typed_extension_protocol_options \
with explicit_http_config: {http2_protocol_options: {}}";
    refusals.refuse(Reason::Protocol, DETAIL);
    (StatusCode::HTTP_VERSION_NOT_SUPPORTED, format!("{DETAIL}\n")).into_response()
}

async fn stream_metrics(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    if request.version() != Version::HTTP_2 {
        return not_grpc(&shared.refusals);
    }
    match shared.stream(request).await {
        Ok(()) => done(),
        Err(status) => status.into_http(),
    }
}

/// The reply to a stream that has ended well: one empty `StreamMetricsResponse`.
fn done() -> Response {
    let trailers = HeaderMap::from_iter([(Status::GRPC_STATUS, HeaderValue::from_static("0"))]);
    let frames =
        [Ok::<_, Infallible>(Frame::data(Bytes::from_static(&[0; 5]))), Ok(Frame::trailers(trailers))];
    let body = Body::new(StreamBody::new(tokio_stream::iter(frames)));
    ([(header::CONTENT_TYPE, "application/grpc")], body).into_response()
}

/// Counts a stream as open, until it is dropped: also when the client has reset it.
struct Open<'a>(&'a IntGauge);

impl<'a> Open<'a> {
    fn new(streams: &'a IntGauge) -> Self {
        streams.inc();
        Self(streams)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Shared {
    /// Takes a stream's messages until it ends.
    async fn stream(&self, request: Request) -> Result<(), Status> {
        let encoding = request.headers().get("grpc-encoding");
        if encoding.is_some_and(|encoding| encoding != "identity") {
            let mut status =
                self.refuse(Reason::Protocol, Code::Unimplemented, "messages must not be compressed");
            status.metadata_mut().insert("grpc-accept-encoding", "identity".parse().expect("ASCII"));
            return Err(status);
        }
        let Ok(_permit) = self.streams.try_acquire() else {
            return Err(self.refuse(Reason::Streams, Code::ResourceExhausted, "too many streams are open"));
        };
        self.own.streams_total.inc();
        let _open = Open::new(&self.own.streams);
        let mut frames = Frames::new(request.into_body(), self.max_message, Arc::clone(&self.buffers));
        let mut stream = None;
        loop {
            let received = tokio::select! {
                biased;
                () = self.shutdown.cancelled() => return Err(Status::unavailable("the sink is shutting down")),
                received = frames.next() => received,
            };
            match received {
                Ok(Some(message)) => self.message(&mut stream, message.as_ref())?,
                Ok(None) => return Ok(()),
                Err(error) => return Err(self.broken(&error)),
            }
        }
    }

    fn message(&self, stream: &mut Option<Stream>, bytes: &[u8]) -> Result<(), Status> {
        let message = Message::new(bytes);
        let (identity, families) = message.check().map_err(|error| {
            self.refuse(
                Reason::Malformed,
                Code::InvalidArgument,
                &format!("a message of {} bytes is no StreamMetricsMessage: {error}", bytes.len()),
            )
        })?;
        let stream = match (stream, identity) {
            (Some(stream), None) => stream,
            (Some(stream), Some(identity)) if *stream.identity() == self.identity(identity)? => stream,
            (Some(stream), Some(_)) => {
                let Identity { job, instance } = stream.identity();
                let detail =
                    format!("the stream began as node {instance} of cluster {job}, and now is another's");
                return Err(self.refuse(Reason::Identifier, Code::InvalidArgument, &detail));
            }
            (None, None) => {
                let detail = "the stream's first message has no identifier: it must say which node sends";
                return Err(self.refuse(Reason::Identifier, Code::InvalidArgument, detail));
            }
            (stream, Some(identity)) => stream.insert(self.open(self.identity(identity)?)?),
        };
        let checked = Checked { message, families, bytes: bytes.len() };
        if self.outputs.take(stream, checked) == Err(Superseded) {
            let Identity { job, instance } = stream.identity();
            self.refusals.refuse(
                Reason::Superseded,
                format_args!(
                    "node {instance} of cluster {job} has a newer stream: do two Envoys have one identity?"
                ),
            );
            return Ok(());
        }
        self.own.messages.inc();
        self.own.bytes.inc_by(bytes.len() as u64);
        self.own.families.inc_by(families as u64);
        Ok(())
    }

    fn identity(&self, identity: wire::Identity<'_>) -> Result<Identity, Status> {
        let refuse = |detail: &str| self.refuse(Reason::Identifier, Code::InvalidArgument, detail);
        if identity.id.is_empty() {
            return Err(refuse(
                "identifier.node.id is empty: set node.id, or start Envoy with --service-node",
            ));
        }
        let text = |bytes: &[u8], what: &str| match std::str::from_utf8(bytes) {
            Ok(text) if bytes.len() <= self.nodes.limits().label => Ok(text.to_owned()),
            Ok(_) => Err(refuse(&format!("{what} has {} bytes: too long", bytes.len()))),
            Err(_) => Err(refuse(&format!("{what} is not UTF-8"))),
        };
        Ok(Identity {
            job: text(identity.cluster, "identifier.node.cluster")?,
            instance: text(identity.id, "identifier.node.id")?,
        })
    }

    fn open(&self, identity: Identity) -> Result<Stream, Status> {
        let instance = identity.instance.clone();
        self.nodes.open(identity).map_err(|reason| {
            let detail = format!("node {instance} is one too many");
            self.refuse(reason, Code::ResourceExhausted, &detail)
        })
    }

    fn broken(&self, error: &FrameError) -> Status {
        let detail = error.to_string();
        match error {
            FrameError::TooLarge { .. } => self.refuse(Reason::MessageSize, Code::ResourceExhausted, &detail),
            FrameError::Buffers => self.refuse(Reason::Buffers, Code::ResourceExhausted, &detail),
            FrameError::Slow => self.refuse(Reason::Malformed, Code::DeadlineExceeded, &detail),
            FrameError::Truncated => self.refuse(Reason::Malformed, Code::InvalidArgument, &detail),
            FrameError::Compressed => self.refuse(Reason::Protocol, Code::Unimplemented, &detail),
            // The client has gone; nobody is told.
            FrameError::Broken(_) => Status::cancelled(detail),
        }
    }

    fn refuse(&self, reason: Reason, code: Code, detail: &str) -> Status {
        self.refusals.refuse(reason, detail);
        Status::new(code, detail)
    }
}
