//! The metrics sink's reader of gRPC frames.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use metrics_sink::frames::{Buffers, Frames};

const MAX_MESSAGE: usize = 64 * 1024;

/// How a stream is split does not matter: it yields the same messages, then the same end or error. The first byte of the
/// input seeds the chunk sizes; the others are the stream.
pub fn sink_frames(data: &[u8]) {
    let Some((seed, stream)) = data.split_first() else { return };
    let whole = read(vec![Bytes::copy_from_slice(stream)]);
    assert_eq!(read(split(stream, usize::from(*seed))), whole);
    assert_eq!(read(stream.iter().map(|byte| Bytes::copy_from_slice(&[*byte])).collect()), whole);
}

/// Splits into chunks of different sizes, of which some are empty.
fn split(mut stream: &[u8], seed: usize) -> Vec<Bytes> {
    let mut chunks = Vec::new();
    let mut size = seed;
    while !stream.is_empty() {
        let (chunk, rest) = stream.split_at(size.min(stream.len()));
        chunks.push(Bytes::copy_from_slice(chunk));
        stream = rest;
        size = (size * 5 + 7) % 64;
    }
    chunks
}

/// The messages of a stream, and the error that ends it.
fn read(chunks: Vec<Bytes>) -> (Vec<Vec<u8>>, Option<String>) {
    let body = Body::from_stream(tokio_stream::iter(chunks.into_iter().map(Ok::<_, Infallible>)));
    let mut frames = Frames::new(body, MAX_MESSAGE, Arc::new(Buffers::new(MAX_MESSAGE)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let mut messages = Vec::new();
        loop {
            match frames.next().await {
                Ok(Some(message)) => messages.push(message.as_ref().to_vec()),
                Ok(None) => return (messages, None),
                Err(error) => return (messages, Some(error.to_string())),
            }
        }
    })
}
