//! Reads gRPC frames: one byte that flags compression, four bytes of length, and the message.
//!
//! Unlike tonic's decoder, this reader refuses a message by its announced length, before the message arrives, and limits
//! the memory of incomplete messages over all streams.

mod buffers;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::{Buf, Bytes};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use thiserror::Error;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use self::buffers::UNIT_BYTES;

pub use self::buffers::Buffers;

/// Why a stream has no next message.
#[derive(Debug, Error)]
pub enum FrameError {
    #[error("a message of {length} bytes exceeds the limit of {limit}")]
    TooLarge { length: usize, limit: usize },
    #[error("a message is flagged as compressed, but the request has no grpc-encoding")]
    Compressed,
    #[error("a message has the flag byte {0}, expected 0 or 1")]
    Flag(u8),
    #[error("truncated: the client ended the stream inside a message")]
    Truncated,
    #[error("a message was not complete within {} s", MESSAGE_TIMEOUT.as_secs())]
    Timeout,
    #[error("the memory limit of incomplete messages is reached")]
    Buffers,
    #[error("the stream broke: the client reset it or disconnected")]
    Broken,
}

/// The messages of one stream.
#[derive(Debug)]
pub struct Frames {
    body: Body,
    /// Received bytes that have not been consumed.
    chunk: Bytes,
    max_message: usize,
    buffers: Arc<Buffers>,
    is_inside_message: bool,
}

/// A message. Its share of the buffers is released on drop.
#[derive(Debug)]
pub struct Received {
    bytes: Bytes,
    _reserved: Option<OwnedSemaphorePermit>,
}

/// Limit from the first byte of a message to its last, because an incomplete message occupies the shared buffers.
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(30);
const HEAD_BYTES: usize = 5;

impl AsRef<[u8]> for Received {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Frames {
    /// Reads messages of up to `max_message` bytes from `body`.
    pub fn new(body: Body, max_message: usize, buffers: Arc<Buffers>) -> Self {
        Self { body, chunk: Bytes::new(), max_message, buffers, is_inside_message: false }
    }

    /// Whether a message has started and is not complete.
    pub fn is_inside_message(&self) -> bool {
        self.is_inside_message
    }

    /// Returns the next message, or `None` if the stream ends between two messages, however it does.
    ///
    /// # Errors
    ///
    /// If the message is refused, or the stream breaks or ends inside a message. The stream cannot be read further.
    pub async fn next(&mut self) -> Result<Option<Received>, FrameError> {
        while self.chunk.is_empty() {
            match self.receive().await {
                Err(FrameError::Truncated | FrameError::Broken) => return Ok(None),
                received => received?,
            }
        }
        self.is_inside_message = true;
        let message = match self.complete_message()? {
            Some(message) => message,
            None => timeout(MESSAGE_TIMEOUT, self.gather()).await.map_err(|_| FrameError::Timeout)??,
        };
        self.is_inside_message = false;
        Ok(Some(message))
    }

    /// Returns the next message if the current chunk contains all of it.
    fn complete_message(&mut self) -> Result<Option<Received>, FrameError> {
        let Some((head, _)) = self.chunk.split_first_chunk() else { return Ok(None) };
        let length = self.check_head(*head)?;
        if self.chunk.len() - HEAD_BYTES < length {
            return Ok(None);
        }
        self.chunk.advance(HEAD_BYTES);
        Ok(Some(Received { bytes: self.chunk.split_to(length), _reserved: None }))
    }

    /// Assembles a message that arrives in several chunks.
    async fn gather(&mut self) -> Result<Received, FrameError> {
        let length = self.head().await?;
        let mut reserved = None;
        let mut message = Vec::new();
        while message.len() < length {
            if self.chunk.is_empty() {
                self.receive().await?;
            }
            let part = self.chunk.split_to(self.chunk.len().min(length - message.len()));
            if message.capacity() - message.len() < part.len() {
                // Doubles, up to the announced length: a sender that announces much and sends little costs little.
                let step = message.len().max(UNIT_BYTES).max(part.len()).min(length - message.len());
                self.buffers.grow(&mut reserved, message.len() + step)?;
                message.reserve_exact(step);
            }
            message.extend_from_slice(&part);
        }
        Ok(Received { bytes: message.into(), _reserved: reserved })
    }

    /// Reads the head of a message, and returns the message's length.
    async fn head(&mut self) -> Result<usize, FrameError> {
        let mut head = [0; HEAD_BYTES];
        let mut filled = 0;
        while filled < HEAD_BYTES {
            if self.chunk.is_empty() {
                self.receive().await?;
            }
            let part = (HEAD_BYTES - filled).min(self.chunk.len());
            self.chunk.copy_to_slice(&mut head[filled..filled + part]);
            filled += part;
        }
        self.check_head(head)
    }

    fn check_head(&self, [flag, length @ ..]: [u8; HEAD_BYTES]) -> Result<usize, FrameError> {
        match flag {
            0 => {}
            1 => return Err(FrameError::Compressed),
            _ => return Err(FrameError::Flag(flag)),
        }
        let length = u32::from_be_bytes(length) as usize;
        if length > self.max_message {
            return Err(FrameError::TooLarge { length, limit: self.max_message });
        }
        Ok(length)
    }

    /// Receives the next chunk.
    async fn receive(&mut self) -> Result<(), FrameError> {
        loop {
            match self.body.frame().await {
                // hyper also ends the body when the client resets the stream with CANCEL or NO_ERROR.
                None if self.body.is_end_stream() => return Err(FrameError::Truncated),
                None | Some(Err(_)) => return Err(FrameError::Broken),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.chunk = data;
                        return Ok(());
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
