//! The request for a page, and the response to it.

use std::error::Error as StdError;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, VARY};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};

use super::coding::Coding;
use super::compression::Compressor;
use super::format::Format;
use crate::problem::Problem;

/// What the client of a page accepts. As an axum extractor, it rejects a client that accepts no content coding of ours
/// with status 406.
#[derive(Debug, Clone, Copy)]
pub struct ScrapeRequest {
    format: Format,
    coding: Coding,
    head_only: bool,
}

type BoxError = Box<dyn StdError + Send + Sync>;

impl<S: Sync> FromRequestParts<S> for ScrapeRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let coding = Coding::negotiate(&parts.headers).ok_or_else(|| {
            let detail = "Accept-Encoding refuses every coding of this page: zstd, gzip, identity";
            Problem::new(StatusCode::NOT_ACCEPTABLE, detail)
        })?;
        let format = Format::negotiate(&parts.headers);
        Ok(Self { format, coding, head_only: parts.method == Method::HEAD })
    }
}

impl ScrapeRequest {
    /// The format in which to render the page.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// A response with the page, which is compressed as it is sent. A HEAD request gets the same headers, and nothing
    /// is rendered.
    pub fn respond<C, E>(self, chunks: impl FnOnce(Format) -> C) -> Response
    where
        C: Iterator<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError> + 'static,
    {
        let body = if self.head_only { Ok(Body::empty()) } else { self.body(chunks(self.format)) };
        let mut response = match body {
            Ok(body) => body.into_response(),
            Err(error) => {
                let detail = format!("cannot compress the page: {error}");
                return Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail).into_response();
            }
        };
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.format.content_type()));
        headers.insert(VARY, HeaderValue::from_static("accept, accept-encoding"));
        if self.coding != Coding::Identity {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(self.coding.name()));
        }
        response
    }

    fn body<C, E>(self, chunks: C) -> std::io::Result<Body>
    where
        C: Iterator<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError> + 'static,
    {
        let chunks = chunks.map(|chunk| chunk.map_err(Into::into));
        Ok(match Compressor::new(self.coding)? {
            None => Body::from_stream(tokio_stream::iter(chunks)),
            Some(compressor) => {
                Body::from_stream(tokio_stream::iter(Compressed { chunks, compressor: Some(compressor) }))
            }
        })
    }
}

/// The compressed chunks. After an error, the stream ends without the compressor's end, so that the page is incomplete
/// for its reader.
struct Compressed<C> {
    chunks: C,
    compressor: Option<Compressor>,
}

impl<C: Iterator<Item = Result<Bytes, BoxError>>> Iterator for Compressed<C> {
    type Item = Result<Bytes, BoxError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut compressor = self.compressor.take()?;
            let output = match self.chunks.next() {
                Some(Ok(chunk)) => {
                    let output = compressor.write(&chunk);
                    self.compressor = Some(compressor);
                    output
                }
                Some(Err(error)) => return Some(Err(error)),
                None => compressor.finish(),
            };
            match output {
                Ok(output) if output.is_empty() => {}
                Ok(output) => return Some(Ok(output)),
                Err(error) => {
                    self.compressor = None;
                    return Some(Err(error.into()));
                }
            }
        }
    }
}
