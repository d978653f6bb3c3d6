//! Waiting for the head of the reply.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ::http::Response;
use pin_project_lite::pin_project;

use super::body::ResponseBody;
use super::call::Call;

pin_project! {
    /// A reply's head to come, inside the call's span.
    #[derive(Debug)]
    pub struct ResponseFuture<F> {
        // First, so that what the handler does when it is dropped still belongs to the span.
        #[pin]
        inner: F,
        call: Option<Call>,
    }
}

impl<F> ResponseFuture<F> {
    pub(super) fn new(inner: F, call: Option<Call>) -> Self {
        Self { inner, call }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: http_body::Body,
    B::Error: 'static,
    E: StdError + 'static,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = match this.call {
            Some(call) => ready!(call.in_scope(|| this.inner.poll(context))),
            None => ready!(this.inner.poll(context)),
        };
        let mut call = this.call.take();
        if let Some(call) = &mut call {
            match &result {
                Ok(response) => call.head(response),
                Err(error) => call.failed(error),
            }
        }
        Poll::Ready(result.map(|response| response.map(|body| ResponseBody::new(body, call))))
    }
}
