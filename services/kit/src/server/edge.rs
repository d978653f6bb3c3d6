//! What every HTTP server does around its handlers: it refuses requests, limits the time of their bodies, and logs refusals.

mod body_timeout;
mod counts;
mod hosts;
mod refusal;
mod settings;

use std::error::Error as StdError;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::IntoResponse;
use http::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use prometheus::Registry;
use tower::ServiceExt;

use super::{App, BoxError, Limits, resembles_grpc};
use crate::problem::Problem;
use body_timeout::Stalled;
use refusal::{Refusal, Refused};

pub(crate) use counts::{Counts, TimedOut};
pub use hosts::{AllowedHosts, InvalidHosts};
pub(crate) use refusal::TwoLengths;
pub use settings::{HttpSettings, Timeouts};

/// Maximum length of a path in the log, in bytes.
const MAX_LOGGED_PATH: usize = 256;

/// The edge of a program's HTTP servers: timeouts, allowed hosts, and the counters of what it refuses and closes. Requests that
/// are gRPC's have checks of their own: see [`Grpc`](super::Grpc).
#[derive(Debug, Clone)]
pub struct Edge {
    timeouts: Timeouts,
    hosts: Arc<AllowedHosts>,
    counts: Counts,
    /// Whether the app checks requests that are gRPC's by itself.
    has_grpc: bool,
}

/// The default settings, with counters that no registry has.
impl Default for Edge {
    fn default() -> Self {
        Self::new(&HttpSettings::default(), Counts::unregistered())
    }
}

impl Edge {
    fn new(settings: &HttpSettings, counts: Counts) -> Self {
        let hosts = Arc::new(settings.allowed_hosts.clone());
        Self { timeouts: settings.timeouts, hosts, counts, has_grpc: false }
    }

    /// Registers `http_connections_closed_total` and `http_server_refused_total`, with every reason at 0.
    ///
    /// # Errors
    ///
    /// If the registry already has a metric of these names.
    pub fn register(registry: &Registry, settings: &HttpSettings) -> prometheus::Result<Self> {
        Ok(Self::new(settings, Counts::register(registry)?))
    }

    /// With counters that no registry has, for a program without `/metrics`.
    #[must_use]
    pub fn unregistered(settings: &HttpSettings) -> Self {
        Self::new(settings, Counts::unregistered())
    }

    /// Limits with this edge, for [`serve`](super::serve).
    #[must_use]
    pub fn limits(&self, grace: Duration) -> Limits {
        Limits { edge: self.clone(), ..Limits::from(grace) }
    }

    #[cfg(feature = "grpc")]
    pub(super) fn with_grpc(self) -> Self {
        Self { has_grpc: true, ..self }
    }

    pub(super) fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The response to a request: the app's, unless the request is refused or its body stalls.
    pub(super) async fn respond(
        &self,
        app: App,
        request: Request<Body>,
        peer: SocketAddr,
    ) -> Result<Response<Body>, BoxError> {
        if self.has_grpc && resembles_grpc(&request) {
            // Browsers send no gRPC, which is HTTP/2 only, but may send HTTP/1 with its content type.
            if request.version() < Version::HTTP_2
                && let Err(refused) = refusal::check(&request, &self.hosts)
            {
                return Ok(self.refuse(refused));
            }
            let request = body_timeout::limit_messages(request, self.timeouts.body, self.counts.clone());
            return app.oneshot(request).await;
        }
        let exchange = Exchange::of(&request, peer);
        let response = match refusal::check(&request, &self.hosts) {
            Ok(()) => self.serve(app, request).await?,
            Err(refused) => self.refuse(refused),
        };
        if response.status().is_client_error() {
            exchange.log(response.status());
        }
        Ok(response)
    }

    async fn serve(&self, app: App, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let is_options = request.method() == Method::OPTIONS;
        let is_http1 = request.version() < Version::HTTP_2;
        let (request, stalled) = body_timeout::limit(request, self.timeouts.body, self.counts.clone());
        let response = tokio::select! {
            biased;
            response = app.oneshot(request) => response?,
            Stalled = stalled => {
                let detail = format!("the body did not arrive within {:?}", self.timeouts.body);
                let mut response = own(Problem::new(StatusCode::REQUEST_TIMEOUT, detail));
                if is_http1 {
                    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                response
            }
        };
        Ok(with_options(response, is_options))
    }

    fn refuse(&self, refused: Refused) -> Response<Body> {
        self.counts.refuse(refused.refusal);
        own(refused.problem())
    }

    /// Counts and logs a request that the HTTP library refused, because it could not read it.
    pub(super) fn refuse_connection(&self, error: &(dyn StdError + Send + Sync + 'static), peer: SocketAddr) {
        match error.downcast_ref::<hyper::Error>() {
            Some(cause) if cause.is_parse() => {
                let refusal =
                    if cause.is_parse_too_large() { Refusal::HeaderListSize } else { Refusal::Malformed };
                self.counts.refuse(refusal);
                let reason = refusal.name();
                tracing::info!(client.address = %peer.ip(), reason, %error, "request refused");
            }
            _ => tracing::debug!(%error, "connection ended"),
        }
    }
}

/// A problem as a response of this module.
fn own(problem: Problem) -> Response<Body> {
    let mut response = problem.into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Answers `OPTIONS` where the router has no handler for it, and lists it among the methods of a path.
fn with_options(response: Response<Body>, is_options: bool) -> Response<Body> {
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let Some(allow) = allow_with_options(response.headers()) else { return response };
    let (mut head, mut body) = response.into_parts();
    head.headers.insert(ALLOW, allow);
    if is_options {
        head.status = StatusCode::NO_CONTENT;
        head.headers.remove(CONTENT_TYPE);
        head.headers.remove(CONTENT_LENGTH);
        body = Body::empty();
    }
    Response::from_parts(head, body)
}

fn allow_with_options(headers: &HeaderMap) -> Option<HeaderValue> {
    let methods = headers.get(ALLOW)?.to_str().ok()?;
    if methods.split(',').any(|method| method.trim() == "OPTIONS") {
        return HeaderValue::from_str(methods).ok();
    }
    HeaderValue::from_str(&format!("{methods},OPTIONS")).ok()
}

/// What the log shows of a request that is refused.
struct Exchange {
    method: Method,
    path: String,
    peer: SocketAddr,
}

impl Exchange {
    fn of<B>(request: &Request<B>, peer: SocketAddr) -> Self {
        let path = request.uri().path();
        // A path is ASCII, or UTF-8 as the client sent it.
        let end = path.floor_char_boundary(MAX_LOGGED_PATH);
        Self { method: request.method().clone(), path: path[..end].to_owned(), peer }
    }

    fn log(&self, status: StatusCode) {
        tracing::info!(
            http.request.method = %self.method,
            url.path = self.path,
            http.response.status_code = i64::from(status.as_u16()),
            client.address = %self.peer.ip(),
            "request refused"
        );
    }
}
