//! Number and duration of requests, measured to the end of the response.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};
use pin_project_lite::pin_project;
use push_metrics::{Counter, Registry, RegistryError, Stopwatch, Timer};

/// The tutorial's two metrics.
#[derive(Clone)]
pub(crate) struct Requests {
    count: Arc<Counter>,
    time: Arc<Timer>,
}

impl Requests {
    pub(crate) fn new(registry: &Registry) -> Result<Self, RegistryError> {
        Ok(Self { count: registry.counter("count_request")?, time: registry.timer("response_time")? })
    }
}

/// Middleware that counts a request and measures it until its response is complete. If the client disconnects, the
/// handler or the response is dropped, which ends the measurement.
pub(crate) async fn record(State(requests): State<Requests>, request: Request, next: Next) -> Response {
    requests.count.inc();
    let stopwatch = requests.time.start_owned();
    next.run(request).await.map(|body| Body::new(Timed { body, stopwatch }))
}

pin_project! {
    /// A response body that ends the measurement when it is dropped: the connection drops it after the last frame.
    struct Timed {
        #[pin]
        body: Body,
        stopwatch: Stopwatch<Arc<Timer>>,
    }
}

impl HttpBody for Timed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.project().body.poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
