//! Request bodies that hide a broken HTTP/2 stream from the handler.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use http::{Request, Version};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::{Bytes, Incoming};

/// Converts hyper's request for axum.
pub(crate) fn convert(request: Request<Incoming>) -> Request<Body> {
    match request.version() {
        Version::HTTP_2 => request.map(|incoming| Body::new(Http2Body { incoming, broken: false })),
        // Over HTTP/1, hyper waits for the response even after the client disconnects, so the handler needs the error.
        _ => request.map(Body::new),
    }
}

/// An HTTP/2 body that stays pending after an error.
///
/// A body breaks when the client resets the stream or disconnects. hyper then drops the handler, but polls it once
/// more before. With the error, the handler would produce a response that nobody receives, and logs, metrics and
/// traces would record a failure of the handler instead of a cancelled call.
#[derive(Debug)]
struct Http2Body {
    incoming: Incoming,
    broken: bool,
}

impl HttpBody for Http2Body {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        if self.broken {
            return Poll::Pending;
        }
        let frame = ready!(Pin::new(&mut self.incoming).poll_frame(context));
        if let Some(Err(error)) = &frame {
            tracing::debug!(%error, "request body broke off");
            self.broken = true;
            return Poll::Pending;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
