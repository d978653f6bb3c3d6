//! `/echo?m=X`: the echo as plain text.

use std::time::{Duration, Instant};

use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse, Response};
use problem::Problem;

use crate::App;
use crate::message;
use crate::upstream::Upstream;

const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// An echo that came back.
pub(crate) struct Echoed {
    pub(crate) reply: String,
    /// How long the call took.
    pub(crate) took: Duration,
    pub(crate) trace_id: Option<String>,
}

/// Reads the message and sends it.
pub(crate) async fn call(upstream: &Upstream, query: Option<&str>) -> Result<Echoed, Problem> {
    let message = message::from_query(query)?;
    let begun = Instant::now();
    let result = upstream.echo(message).await;
    let took = begun.elapsed();
    match result {
        Ok(reply) => {
            tracing::info!(grpc_code = "OK", seconds = took.as_secs_f64(), "echoed");
            Ok(Echoed { reply, took, trace_id: telemetry::current_trace_id() })
        }
        Err(status) => {
            let problem = Problem::from(status);
            tracing::warn!(grpc_code = problem.grpc_code, seconds = took.as_secs_f64(), "{}", problem.detail);
            Err(problem)
        }
    }
}

pub(crate) async fn echo(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let echoed = call(&app.upstream, query.as_deref()).await;
    let trace_id = match &echoed {
        Ok(echoed) => echoed.trace_id.clone(),
        Err(problem) => problem.trace_id.clone(),
    };
    let mut response = match echoed {
        Ok(echoed) => {
            let timing = format!("call;dur={:.3}", echoed.took.as_secs_f64() * 1000.0);
            let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()), (SERVER_TIMING, timing)];
            (headers, format!("Response: {}", echoed.reply)).into_response()
        }
        Err(problem) => problem.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    headers.insert(http::header::X_CONTENT_TYPE_OPTIONS, http::HeaderValue::from_static("nosniff"));
    if let Some(id) = trace_id.and_then(|id| id.parse().ok()) {
        headers.insert(TRACE_ID, id);
    }
    response
}
