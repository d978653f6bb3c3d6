//! Duration of HTTP requests, with the names of OpenTelemetry's semantic conventions.
//!
//! The labels are bounded: standard methods, declared routes, and the statuses of this service, also as `error_type` if
//! they are errors. The scheme is that of this server, whatever clients send. `/metrics` and `/healthz` are not counted.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use kit::exposition::{Exemplar, RecentExemplars};
use kit::telemetry::trace::{SpanContext, sampled_span};
use prometheus::proto::LabelPair;
use prometheus::{HistogramOpts, HistogramVec, Registry};

/// Bucket bounds in seconds: the convention's, three lower ones for echoes, which take one or two milliseconds, and three
/// around the default deadline.
const BOUNDS: [f64; 20] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5,
    5.0, 7.5, 10.0,
];
const LABELS: [&str; 5] =
    ["http_request_method", "http_route", "http_response_status_code", "error_type", "url_scheme"];
/// The status of a request whose client disconnected before the response.
const CLIENT_CLOSED_REQUEST: u16 = 499;

const NAME: &str = "http_server_request_duration_seconds";

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct HttpMetrics {
    durations: HistogramVec,
    exemplars: Arc<RecentExemplars>,
}

impl HttpMetrics {
    pub(crate) fn new(registry: &Registry) -> prometheus::Result<Self> {
        let options = HistogramOpts::new(NAME, "Duration of HTTP server requests.").buckets(BOUNDS.to_vec());
        let durations = HistogramVec::new(options, &LABELS)?;
        registry.register(Box::new(durations.clone()))?;
        Ok(Self { durations, exemplars: Arc::new(RecentExemplars::new(NAME, &LABELS, &BOUNDS)) })
    }

    /// The exemplars of a series of the histogram; none of another family.
    pub(crate) fn exemplars(&self, family: &str, labels: &[LabelPair]) -> Vec<Exemplar> {
        self.exemplars.of(family, labels)
    }
}

/// Records a request when it is dropped, so that cancelled requests count too.
struct InFlight {
    metrics: HttpMetrics,
    method: Method,
    route: Option<MatchedPath>,
    status: u16,
    start: Instant,
    /// The request's span, which is no longer the current one when this is dropped.
    span: Option<SpanContext>,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let route = self.route.as_ref().map_or("", MatchedPath::as_str);
        let status = self.status.to_string();
        let error = match self.status {
            CLIENT_CLOSED_REQUEST => "canceled",
            500.. => &status,
            _ => "",
        };
        let labels = [method_label(&self.method), route, &status, error, "http"];
        let seconds = self.start.elapsed().as_secs_f64();
        self.metrics.durations.with_label_values(&labels).observe(seconds);
        if let Some(span) = &self.span {
            self.metrics.exemplars.record(&labels, seconds, span);
        }
    }
}

pub(crate) async fn record(
    State(metrics): State<HttpMetrics>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let mut in_flight = InFlight {
        metrics,
        method: request.method().clone(),
        route,
        status: CLIENT_CLOSED_REQUEST,
        start: Instant::now(),
        span: sampled_span(),
    };
    let response = next.run(request).await;
    in_flight.status = response.status().as_u16();
    response
}

fn method_label(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::DELETE
        | Method::CONNECT
        | Method::OPTIONS
        | Method::TRACE
        | Method::PATCH => method.as_str(),
        _ => "_OTHER",
    }
}
