//! The gRPC port: `MetricsService.StreamMetrics`, v3 and v2.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http_body::Frame;
use http_body_util::StreamBody;
use kit::server::{Refusal, Refused};
use kit::shutdown::CancellationToken;
use prometheus::IntGauge;
use tokio::sync::Semaphore;
use tonic::{Code, Status};

use crate::frames::{Buffers, FrameError, Frames};
use crate::outputs::Outputs;
use crate::refusal::{Reason, Refusals};
use crate::self_metrics::SelfMetrics;
use crate::store::{Identity, Store, Stream, Superseded};
use crate::wire::{Message, Node};

/// Names of the service. Envoy 1.17 is the last release with v2; its messages have the same wire format.
pub(crate) const SERVICE_NAMES: [&str; 2] =
    ["envoy.service.metrics.v3.MetricsService", "envoy.service.metrics.v2.MetricsService"];

/// Paths of the method.
const PATHS: [&str; 2] = [
    "/envoy.service.metrics.v3.MetricsService/StreamMetrics",
    "/envoy.service.metrics.v2.MetricsService/StreamMetrics",
];

/// The service; all its streams share it.
#[derive(Debug)]
pub(crate) struct MetricsService {
    pub(crate) store: Arc<Store>,
    pub(crate) outputs: Outputs,
    pub(crate) metrics: SelfMetrics,
    pub(crate) refusals: Arc<Refusals>,
    pub(crate) buffers: Arc<Buffers>,
    pub(crate) max_message: usize,
    /// One permit per stream that may be open.
    pub(crate) stream_permits: Semaphore,
    pub(crate) shutdown: CancellationToken,
}

pub(crate) fn router(service: Arc<MetricsService>) -> Router {
    let refusals = Arc::clone(&service.refusals);
    let mut router = Router::new();
    for path in PATHS {
        router = router.route(path, post(stream_metrics));
    }
    router
        .with_state(service)
        .fallback(move |request: Request| async move { reject_unknown_method(&refusals, &request) })
}

fn reject_unknown_method(refusals: &Refusals, request: &Request) -> Response {
    let path: String = request.uri().path().chars().take(128).collect();
    let detail = format!("unknown method {path}: this port serves {} and {}", PATHS[0], PATHS[1]);
    refusals.refuse(Reason::Protocol, &detail);
    Status::unimplemented(detail).into_http()
}

/// Counts a request that is not valid gRPC over HTTP/2. The response to HTTP/1 contains the setting of Envoy that is
/// missing.
pub(crate) fn report_refused_request(refusals: &Refusals, response: Response) -> Response {
    const DETAIL: &str = "this port serves gRPC over HTTP/2 only: set typed_extension_protocol_options of the Envoy cluster \
to explicit_http_config: {http2_protocol_options: {}}";
    match response.extensions().get::<Refused>() {
        None => response,
        Some(Refused { refusal: Refusal::HttpVersion, .. }) => {
            refusals.refuse(Reason::Protocol, DETAIL);
            (response.status(), format!("{DETAIL}\n")).into_response()
        }
        Some(Refused { detail, .. }) => {
            refusals.refuse(Reason::Protocol, detail);
            response
        }
    }
}

async fn stream_metrics(State(service): State<Arc<MetricsService>>, request: Request) -> Response {
    match service.receive(request).await {
        Ok(()) => empty_response(),
        Err(status) => status.into_http(),
    }
}

/// One empty `StreamMetricsResponse` with status OK.
fn empty_response() -> Response {
    let trailers = HeaderMap::from_iter([(Status::GRPC_STATUS, HeaderValue::from_static("0"))]);
    let frames =
        [Ok::<_, Infallible>(Frame::data(Bytes::from_static(&[0; 5]))), Ok(Frame::trailers(trailers))];
    let body = Body::new(StreamBody::new(tokio_stream::iter(frames)));
    ([(header::CONTENT_TYPE, "application/grpc")], body).into_response()
}

/// Counts a stream as open until dropped, even if the client resets the stream.
struct OpenStream<'a>(&'a IntGauge);

impl<'a> OpenStream<'a> {
    fn new(streams: &'a IntGauge) -> Self {
        streams.inc();
        Self(streams)
    }
}

impl Drop for OpenStream<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// The reception of one stream.
struct Reception<'a> {
    service: &'a MetricsService,
    frames: Frames,
    /// Opened by the first message.
    stream: Option<Stream>,
    is_over: bool,
}

impl Reception<'_> {
    async fn receive_all(&mut self) -> Result<(), Status> {
        loop {
            let received = tokio::select! {
                biased;
                () = self.service.shutdown.cancelled() => {
                    return Err(Status::unavailable("the sink is shutting down"));
                }
                received = self.frames.next() => received,
            };
            let handled = match received {
                Ok(Some(message)) => self.service.handle_message(&mut self.stream, message.as_ref()),
                Ok(None) => return Ok(()),
                Err(error) => Err(self.service.frame_status(&error)),
            };
            handled.inspect_err(|_| self.count_refusal())?;
        }
    }

    fn count_refusal(&self) {
        if let Some(stream) = &self.stream {
            stream.count_refusal();
        }
    }
}

impl Drop for Reception<'_> {
    /// Counts a message that is lost because the client reset the stream or disconnected: then the server drops the call.
    fn drop(&mut self) {
        if !self.is_over && self.frames.is_inside_message() {
            self.service.refusals.refuse(Reason::Broken, FrameError::Broken);
            self.count_refusal();
        }
    }
}

impl MetricsService {
    /// Receives the messages of one stream until it ends.
    async fn receive(&self, request: Request) -> Result<(), Status> {
        let encoding = request.headers().get("grpc-encoding");
        if encoding.is_some_and(|encoding| encoding != "identity") {
            let mut status =
                self.refuse(Reason::Protocol, Code::Unimplemented, "messages must not be compressed");
            status.metadata_mut().insert("grpc-accept-encoding", "identity".parse().expect("ASCII"));
            return Err(status);
        }
        let Ok(_permit) = self.stream_permits.try_acquire() else {
            return Err(self.refuse(Reason::Streams, Code::ResourceExhausted, "too many streams are open"));
        };
        self.metrics.streams_total.inc();
        let _open = OpenStream::new(&self.metrics.streams);
        let frames = Frames::new(request.into_body(), self.max_message, Arc::clone(&self.buffers));
        let mut reception = Reception { service: self, frames, stream: None, is_over: false };
        let result = reception.receive_all().await;
        reception.is_over = true;
        result
    }

    /// Writes a message to the outputs. The first message opens `stream`.
    fn handle_message(&self, stream: &mut Option<Stream>, bytes: &[u8]) -> Result<(), Status> {
        let message = Message::parse(bytes).map_err(|error| {
            self.refuse(
                Reason::Malformed,
                Code::InvalidArgument,
                &format!("invalid StreamMetricsMessage of {} bytes: {error}", bytes.len()),
            )
        })?;
        let stream = match (stream, message.node()) {
            (Some(stream), None) => stream,
            (Some(stream), Some(node)) if *stream.identity() == self.identity(node)? => stream,
            (Some(stream), Some(_)) => {
                let Identity { job, instance } = stream.identity();
                let detail = format!(
                    "the stream's first message is from node {instance} of cluster {job}, this one from another node"
                );
                return Err(self.refuse(Reason::Identifier, Code::InvalidArgument, &detail));
            }
            (None, None) => {
                let detail = "the stream's first message has no identifier of its node";
                return Err(self.refuse(Reason::Identifier, Code::InvalidArgument, detail));
            }
            (stream, Some(node)) => stream.insert(self.open(self.identity(node)?)?),
        };
        if self.outputs.write(stream, &message) == Err(Superseded) {
            let Identity { job, instance } = stream.identity();
            stream.count_refusal();
            self.refusals.refuse(
                Reason::Superseded,
                format_args!(
                    "node {instance} of cluster {job} has a newer stream: do two Envoys have one identity?"
                ),
            );
            return Ok(());
        }
        self.metrics.messages.inc();
        self.metrics.bytes.inc_by(bytes.len() as u64);
        self.metrics.families.inc_by(message.family_count() as u64);
        Ok(())
    }

    fn identity(&self, node: Node<'_>) -> Result<Identity, Status> {
        let refuse = |detail: &str| self.refuse(Reason::Identifier, Code::InvalidArgument, detail);
        if node.id.is_empty() {
            return Err(refuse(
                "identifier.node.id is empty: set node.id, or start Envoy with --service-node",
            ));
        }
        let max_bytes = self.store.limits().label_bytes;
        let text = |bytes: &[u8], field: &str| match std::str::from_utf8(bytes) {
            Ok(text) if bytes.len() <= max_bytes => Ok(text.to_owned()),
            Ok(_) => Err(refuse(&format!(
                "{field} has {} bytes, which exceeds the limit of {max_bytes}",
                bytes.len()
            ))),
            Err(_) => Err(refuse(&format!("{field} is not UTF-8"))),
        };
        Ok(Identity {
            job: text(node.cluster, "identifier.node.cluster")?,
            instance: text(node.id, "identifier.node.id")?,
        })
    }

    fn open(&self, identity: Identity) -> Result<Stream, Status> {
        let instance = identity.instance.clone();
        self.store.open(identity).map_err(|reason| {
            let detail = format!("node {instance} exceeds the limit of nodes");
            self.refuse(reason, Code::ResourceExhausted, &detail)
        })
    }

    fn frame_status(&self, error: &FrameError) -> Status {
        let detail = error.to_string();
        match error {
            FrameError::TooLarge { .. } => self.refuse(Reason::MessageSize, Code::ResourceExhausted, &detail),
            FrameError::Buffers => self.refuse(Reason::Buffers, Code::ResourceExhausted, &detail),
            FrameError::Timeout => self.refuse(Reason::Timeout, Code::DeadlineExceeded, &detail),
            FrameError::Truncated => self.refuse(Reason::Malformed, Code::Internal, &detail),
            // The status that the specification gives a message with the flag but without `grpc-encoding`, or another flag.
            FrameError::Compressed | FrameError::Flag(_) => {
                self.refuse(Reason::Protocol, Code::Internal, &detail)
            }
            FrameError::Broken => self.refuse(Reason::Broken, Code::Cancelled, &detail),
        }
    }

    fn refuse(&self, reason: Reason, code: Code, detail: &str) -> Status {
        self.refusals.refuse(reason, detail);
        Status::new(code, detail)
    }
}
