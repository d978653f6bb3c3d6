//! The service that a layer makes.

use std::error::Error as StdError;
use std::task::{Context, Poll};

use ::http::{Request, Response};
use tower_service::Service;

use super::body::ResponseBody;
use super::call::{Call, Kind};
use super::future::ResponseFuture;

/// A service whose calls are spans.
#[derive(Debug, Clone)]
pub struct Traced<S> {
    inner: S,
    kind: Kind,
}

impl<S> Traced<S> {
    pub(super) fn new(inner: S, kind: Kind) -> Self {
        Self { inner, kind }
    }
}

impl<S, A, B> Service<Request<A>> for Traced<S>
where
    S: Service<Request<A>, Response = Response<B>>,
    S::Error: StdError + 'static,
    B: http_body::Body,
    B::Error: 'static,
{
    type Response = Response<ResponseBody<B>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<A>) -> Self::Future {
        let call = Call::begin(&self.kind, &mut request);
        let inner = match &call {
            Some(call) => call.in_scope(|| self.inner.call(request)),
            None => self.inner.call(request),
        };
        ResponseFuture::new(inner, call)
    }
}
