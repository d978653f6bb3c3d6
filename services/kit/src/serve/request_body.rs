//! A request's body, up to where its client is gone.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use http::{Request, Version};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::{Bytes, Incoming};

/// The request with a body for handlers.
pub(crate) fn of(request: Request<Incoming>) -> Request<Body> {
    match request.version() {
        Version::HTTP_2 => request.map(|incoming| Body::new(RequestBody { incoming, broken: false })),
        // Over HTTP/1, hyper waits for the reply even where the client is gone: the handler has to be told.
        _ => request.map(Body::new),
    }
}

/// An HTTP/2 body that never ends where it breaks off.
///
/// A body breaks off when the client resets the stream or is gone. hyper drops the handler then, but polls it once more
/// before: told of the error, it would make a reply of it, which reaches nobody, and which logs, metrics and traces
/// would take for the handler's own failure instead of a cancelled call. So it is not told.
#[derive(Debug)]
struct RequestBody {
    incoming: Incoming,
    broken: bool,
}

impl HttpBody for RequestBody {
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
            tracing::debug!(%error, "a request broke off");
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
