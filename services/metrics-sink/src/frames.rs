//! Reads gRPC frames: one byte that flags compression, four bytes of length, and the message.
//!
//! Unlike tonic's decoder, this reader refuses a message by its announced length, before the message arrives, and limits
//! the memory of incomplete messages over all streams.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::{Buf, Bytes};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

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

/// The memory limit of incomplete messages, shared by all streams.
#[derive(Debug)]
pub struct Buffers {
    units: Arc<Semaphore>,
}

/// A message. Its share of the buffers is released on drop.
#[derive(Debug)]
pub struct Received {
    bytes: Bytes,
    _reserved: Option<OwnedSemaphorePermit>,
}

/// Limit from the first byte of a message to its last, because an incomplete message occupies the shared buffers.
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes per permit of the semaphore.
const UNIT_BYTES: usize = 16 * 1024;
const HEAD_BYTES: usize = 5;

impl Buffers {
    /// Buffers for `bytes` of incomplete messages, rounded up to 16 KiB.
    pub fn new(bytes: usize) -> Self {
        Self { units: Arc::new(Semaphore::new(bytes.div_ceil(UNIT_BYTES))) }
    }

    /// Extends the reservation of a message to `bytes`.
    fn grow(&self, reserved: &mut Option<OwnedSemaphorePermit>, bytes: usize) -> Result<(), FrameError> {
        let permits = reserved.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = bytes.div_ceil(UNIT_BYTES).saturating_sub(permits);
        if more > 0 {
            let more = u32::try_from(more).map_err(|_| FrameError::Buffers)?;
            let more =
                Arc::clone(&self.units).try_acquire_many_owned(more).map_err(|_| FrameError::Buffers)?;
            match reserved {
                Some(reserved) => reserved.merge(more),
                None => *reserved = Some(more),
            }
        }
        Ok(())
    }
}

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
mod tests {
    use std::collections::VecDeque;
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use http_body::Frame;
    use proptest::prelude::*;

    use super::*;

    /// A body in chunks that the client ends, or resets after the last chunk.
    struct Chunks {
        chunks: VecDeque<Bytes>,
        is_reset: bool,
    }

    impl http_body::Body for Chunks {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(self.chunks.pop_front().map(|chunk| Ok(Frame::data(chunk))))
        }

        fn is_end_stream(&self) -> bool {
            self.chunks.is_empty() && !self.is_reset
        }
    }

    fn framed(messages: &[Vec<u8>]) -> Vec<u8> {
        let frame = |message: &Vec<u8>| [&[0][..], &(message.len() as u32).to_be_bytes(), message].concat();
        messages.iter().flat_map(frame).collect()
    }

    fn chunks(bytes: &[u8], chunk: usize, is_reset: bool) -> Body {
        Body::new(Chunks { chunks: bytes.chunks(chunk).map(Bytes::copy_from_slice).collect(), is_reset })
    }

    fn read(bytes: &[u8], chunk: usize, limit: usize, buffers: usize) -> Result<Vec<Vec<u8>>, FrameError> {
        read_body(chunks(bytes, chunk, false), limit, buffers)
    }

    fn read_body(body: Body, limit: usize, buffers: usize) -> Result<Vec<Vec<u8>>, FrameError> {
        let mut frames = Frames::new(body, limit, Arc::new(Buffers::new(buffers)));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let mut messages = Vec::new();
            while let Some(message) = frames.next().await? {
                messages.push(message.as_ref().to_vec());
            }
            Ok(messages)
        })
    }

    proptest! {
        #[test]
        fn any_chunking_yields_the_same_messages(
            messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..8),
            chunk in 1usize..200,
        ) {
            prop_assert_eq!(read(&framed(&messages), chunk, 300, UNIT_BYTES).unwrap(), messages);
        }

        #[test]
        fn a_stream_cut_inside_a_message_is_truncated(
            message in prop::collection::vec(any::<u8>(), 1..300),
            chunk in 1usize..200,
            keep in any::<prop::sample::Index>(),
        ) {
            let bytes = framed(&[message]);
            let cut = &bytes[..keep.index(bytes.len() - 1) + 1];
            prop_assume!(cut.len() < bytes.len());
            prop_assert!(matches!(read(cut, chunk, 300, UNIT_BYTES), Err(FrameError::Truncated)));
            let reset = read_body(chunks(cut, chunk, true), 300, UNIT_BYTES);
            prop_assert!(matches!(reset, Err(FrameError::Broken)));
        }
    }

    #[test]
    fn a_stream_reset_between_two_messages_is_complete() {
        let messages = [vec![7; 20]];
        assert_eq!(read_body(chunks(&framed(&messages), 8, true), 300, UNIT_BYTES).unwrap(), messages);
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_of_which_only_a_part_of_the_head_arrives_times_out() {
        let (mut sender, body) = http_body_util::channel::Channel::<Bytes>::new(1);
        let mut frames = Frames::new(Body::new(body), 300, Arc::new(Buffers::new(UNIT_BYTES)));
        sender.send_data(Bytes::from_static(&[0, 0])).await.unwrap();
        assert!(matches!(frames.next().await, Err(FrameError::Timeout)));
    }

    #[test]
    fn refuses_large_messages_by_their_announced_length() {
        let head = [0, 0, 0, 1, 45];
        assert!(matches!(
            read(&head, 5, 300, UNIT_BYTES),
            Err(FrameError::TooLarge { length: 301, limit: 300 })
        ));
    }

    #[test]
    fn refuses_compressed_messages_and_invalid_flags() {
        assert!(matches!(read(&[1, 0, 0, 0, 0], 5, 300, UNIT_BYTES), Err(FrameError::Compressed)));
        for flag in 2..=u8::MAX {
            let frame = [flag, 0, 0, 0, 0];
            assert!(
                matches!(read(&frame, 5, 300, UNIT_BYTES), Err(FrameError::Flag(found)) if found == flag)
            );
        }
    }

    #[test]
    fn limits_the_memory_of_incomplete_messages() {
        let messages = [vec![7; 3 * UNIT_BYTES]];
        assert_eq!(read(&framed(&messages), 1000, 4 * UNIT_BYTES, 3 * UNIT_BYTES).unwrap(), messages);
        assert!(matches!(
            read(&framed(&messages), 1000, 4 * UNIT_BYTES, 2 * UNIT_BYTES),
            Err(FrameError::Buffers)
        ));
    }
}
