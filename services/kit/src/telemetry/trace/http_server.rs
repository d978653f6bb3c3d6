//! The layer that records a span of each request.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::thread;

use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;
use tracing::Span;

use super::span;

/// Records a server span of each HTTP request, named `GET /route`. The span has `http.route` if axum's `Router::layer`
/// applies this layer.
#[derive(Debug, Clone, Copy, Default)]
pub struct HttpServerLayer;

/// A service whose requests have spans.
#[derive(Debug, Clone)]
pub struct HttpServerService<S> {
    inner: S,
}

pin_project! {
    /// The future of a response, polled inside the request's span.
    #[derive(Debug)]
    pub struct ResponseFuture<F> {
        // First, so that the span is still open while the handler is dropped.
        #[pin]
        inner: F,
        open: Option<OpenSpan>,
    }
}

pin_project! {
    /// A response's body, which ends the request's span with its last frame or when it is dropped.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        inner: B,
        open: Option<OpenSpan>,
    }
}

/// A request's span. Dropped before the response's head, the request was canceled.
#[derive(Debug)]
struct OpenSpan {
    span: Span,
    /// The client's context, if `span` cannot be its child because spans are disabled.
    remote_context: Option<opentelemetry::Context>,
    has_response: bool,
    failed: bool,
}

// === impl HttpServerLayer ===

impl<S> Layer<S> for HttpServerLayer {
    type Service = HttpServerService<S>;

    fn layer(&self, inner: S) -> HttpServerService<S> {
        HttpServerService { inner }
    }
}

// === impl HttpServerService ===

impl<S, A, B> Service<Request<A>> for HttpServerService<S>
where
    S: Service<Request<A>, Response = Response<B>>,
    S::Error: Error + 'static,
    B: Body,
{
    type Response = Response<ResponseBody<B>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<A>) -> Self::Future {
        let open = OpenSpan::start(&request);
        let inner = match &open {
            Some(open) => open.in_scope(|| self.inner.call(request)),
            None => self.inner.call(request),
        };
        ResponseFuture { inner, open }
    }
}

// === impl ResponseFuture ===

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = match this.open {
            Some(open) => ready!(open.in_scope(|| this.inner.poll(context))),
            None => ready!(this.inner.poll(context)),
        };
        let mut open = this.open.take();
        Poll::Ready(match result {
            Ok(response) => {
                if let Some(open) = &mut open {
                    open.response(&response);
                }
                let open = open.filter(|_| !response.body().is_end_stream());
                Ok(response.map(|inner| ResponseBody { inner, open }))
            }
            Err(error) => {
                if let Some(open) = &mut open {
                    open.fail("failed");
                }
                Err(error)
            }
        })
    }
}

// === impl ResponseBody ===

impl<B: Body> Body for ResponseBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let Some(open) = this.open else { return this.inner.poll_frame(context) };
        let polled = ready!(open.in_scope(|| this.inner.as_mut().poll_frame(context)));
        if let Some(Err(_)) = &polled {
            open.fail("broken_body");
        }
        let is_data = matches!(&polled, Some(Ok(frame)) if frame.is_data());
        if !is_data || this.inner.is_end_stream() {
            *this.open = None;
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

// === impl OpenSpan ===

impl OpenSpan {
    /// `None` for a health check or a scrape.
    fn start<B>(request: &Request<B>) -> Option<Self> {
        if span::is_health_or_scrape(request.uri().path()) {
            return None;
        }
        let span = span::start(request);
        let remote_context = span::extract(request.headers(), &span);
        Some(Self { span, remote_context, has_response: false, failed: false })
    }

    fn in_scope<T>(&self, f: impl FnOnce() -> T) -> T {
        let _attached = self.remote_context.clone().map(opentelemetry::Context::attach);
        self.span.in_scope(f)
    }

    fn response<B>(&mut self, response: &Response<B>) {
        self.has_response = true;
        span::record_status(&self.span, response.status());
    }

    fn fail(&mut self, error_type: &'static str) {
        self.failed = true;
        span::record_error(&self.span, error_type);
    }
}

impl Drop for OpenSpan {
    fn drop(&mut self) {
        if !self.failed {
            if thread::panicking() {
                self.fail("panic");
            } else if !self.has_response {
                self.fail("canceled");
            }
            // With a response, the request may be complete: a server may stop polling at the announced content length.
        }
        // `tracing-opentelemetry` takes the last exit of the span for its end, which in a dropped request is long ago.
        self.span.in_scope(|| ());
    }
}
