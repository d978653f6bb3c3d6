//! `/echo?m=X` returns the echo as plain text; `/` is its page.

mod message;
mod page;

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kit::problem::Problem;
use lookout_proto::echo::Message;
use lookout_proto::echo::echo_service_client::EchoServiceClient;

use crate::page::{Frame, script};
use crate::reply;
use crate::upstream::{Calls, Upstream};

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

#[derive(Clone)]
struct Echo {
    client: EchoServiceClient<Calls>,
    frame: Frame,
}

pub(crate) fn routes(upstream: &Upstream, frame: &Frame) -> Router {
    let echo = Echo { client: EchoServiceClient::new(upstream.calls.clone()), frame: frame.clone() };
    Router::new()
        .route("/", get(page::index))
        .route("/echo.js", script(include_str!("echo/echo.js")))
        .route("/echo", get(text))
        .with_state(echo)
}

/// A successful echo.
struct Echoed {
    reply: String,
    /// Duration of the call.
    duration: Duration,
}

impl Echo {
    /// Sends the message of the query to the server.
    async fn call(&self, query: Option<&str>) -> Result<Echoed, Problem> {
        let message = message::from_query(query)?;
        let start = Instant::now();
        let result = self.client.clone().echo_service(Message { message }).await;
        let duration = start.elapsed();
        match result {
            Ok(reply) => {
                tracing::info!(grpc_code = "OK", seconds = duration.as_secs_f64(), "echoed");
                Ok(Echoed { reply: reply.into_inner().message, duration })
            }
            Err(status) => {
                let problem = Problem::from(status);
                let code = problem.grpc_code.as_deref();
                tracing::warn!(grpc_code = code, seconds = duration.as_secs_f64(), "{}", problem.detail);
                Err(problem)
            }
        }
    }
}

async fn text(State(echo): State<Echo>, RawQuery(query): RawQuery) -> Response {
    let response = echo.call(query.as_deref()).await.map(|echoed| {
        let timing = format!("call;dur={:.3}", echoed.duration.as_secs_f64() * 1000.0);
        let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()), (SERVER_TIMING, timing)];
        (headers, format!("Response: {}", echoed.reply)).into_response()
    });
    reply::with_headers(response)
}
