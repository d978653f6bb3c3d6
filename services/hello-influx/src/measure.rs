//! How many requests there are, and how long each takes, to its true end.

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

/// Middleware: counts the request, and times it until its reply is done. A handler or a reply that is dropped because
/// its client is gone ends then.
pub(crate) async fn record(State(requests): State<Requests>, request: Request, next: Next) -> Response {
    requests.count.inc();
    let running = requests.time.start_owned();
    next.run(request).await.map(|body| Body::new(Timed { body, running }))
}

pin_project! {
    /// A reply's body that ends a measurement when it is dropped, which the connection does once it has all of it.
    struct Timed {
        #[pin]
        body: Body,
        running: Stopwatch<Arc<Timer>>,
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
