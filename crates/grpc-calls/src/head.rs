//! A request without its body.

use http::{Extensions, HeaderMap, Request};

/// What is known of a call at its start: its request, without the body.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    headers: &'a HeaderMap,
    extensions: &'a Extensions,
}

impl<'a> RequestHead<'a> {
    /// The head of a request.
    #[inline]
    pub fn of<B>(request: &'a Request<B>) -> Self {
        Self { headers: request.headers(), extensions: request.extensions() }
    }

    /// All headers of the request; gRPC's metadata among them.
    #[inline]
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// The first header of this name, if it is text.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What other layers or interceptors attached to the request.
    pub fn extensions(&self) -> &'a Extensions {
        self.extensions
    }
}
