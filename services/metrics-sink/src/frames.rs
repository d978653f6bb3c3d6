//! gRPC's frames: a byte that tells compression, four of length, and a message.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::{Buf, Bytes};
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_stream::StreamExt;

/// Why there is no next message.
#[derive(Debug, Error)]
pub(crate) enum FrameError {
    #[error("a message of {length} bytes is over the limit of {limit}")]
    TooLarge { length: usize, limit: usize },
    #[error("a message is compressed, which was not agreed on")]
    Compressed,
    #[error("the stream ends within a message")]
    Truncated,
    #[error("a message did not come within {} s of its beginning", TIMEOUT.as_secs())]
    Slow,
    #[error("too many bytes of unfinished messages are held")]
    Buffers,
    #[error("the stream has broken: {0}")]
    Broken(axum::Error),
}

/// The messages of one stream. What is over a limit is refused by its announced length, before it is read.
#[derive(Debug)]
pub(crate) struct Frames {
    body: BodyDataStream,
    /// What has come and is not used yet.
    chunk: Bytes,
    limit: usize,
    buffers: Arc<Buffers>,
}

/// The room for unfinished messages, of all streams together.
#[derive(Debug)]
pub(crate) struct Buffers {
    units: Arc<Semaphore>,
}

/// A message, and the room that it takes until it is dropped.
#[derive(Debug)]
pub(crate) struct Received {
    bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

/// A message that has begun must have come by then, for it holds room.
const TIMEOUT: Duration = Duration::from_secs(30);
/// In bytes.
const UNIT: usize = 16 * 1024;
const HEAD: usize = 5;

impl Buffers {
    pub(crate) fn new(bytes: usize) -> Self {
        Self { units: Arc::new(Semaphore::new(bytes.div_ceil(UNIT))) }
    }

    /// Room for a message that has grown to `bytes`.
    fn grow(&self, room: &mut Option<OwnedSemaphorePermit>, bytes: usize) -> Result<(), FrameError> {
        let held = room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = bytes.div_ceil(UNIT).saturating_sub(held);
        if more > 0 {
            let more = u32::try_from(more).map_err(|_| FrameError::Buffers)?;
            let more =
                Arc::clone(&self.units).try_acquire_many_owned(more).map_err(|_| FrameError::Buffers)?;
            match room {
                Some(room) => room.merge(more),
                None => *room = Some(more),
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
    pub(crate) fn new(body: Body, limit: usize, buffers: Arc<Buffers>) -> Self {
        Self { body: body.into_data_stream(), chunk: Bytes::new(), limit, buffers }
    }

    /// The next message; `None` at the stream's end.
    pub(crate) async fn next(&mut self) -> Result<Option<Received>, FrameError> {
        let Some(length) = self.head().await? else { return Ok(None) };
        if length > self.limit {
            return Err(FrameError::TooLarge { length, limit: self.limit });
        }
        if self.chunk.len() < length {
            return timeout(TIMEOUT, self.gather(length)).await.map_err(|_| FrameError::Slow)?.map(Some);
        }
        Ok(Some(Received { bytes: self.chunk.split_to(length), _room: None }))
    }

    /// A message that comes in several pieces.
    async fn gather(&mut self, length: usize) -> Result<Received, FrameError> {
        let mut room = None;
        let mut message = Vec::new();
        while message.len() < length {
            if self.chunk.is_empty() {
                self.more().await?;
            }
            let part = self.chunk.split_to(self.chunk.len().min(length - message.len()));
            if message.capacity() - message.len() < part.len() {
                // Ever larger steps, but no more than is to come; as much as has come already at most.
                let step = message.len().max(UNIT).max(part.len()).min(length - message.len());
                self.buffers.grow(&mut room, message.len() + step)?;
                message.reserve_exact(step);
            }
            message.extend_from_slice(&part);
        }
        Ok(Received { bytes: message.into(), _room: room })
    }

    /// The next message's length.
    async fn head(&mut self) -> Result<Option<usize>, FrameError> {
        let mut head = [0; HEAD];
        let mut filled = 0;
        while filled < HEAD {
            if self.chunk.is_empty() {
                match self.more().await {
                    Err(FrameError::Truncated) if filled == 0 => return Ok(None),
                    more => more?,
                }
            }
            let part = (HEAD - filled).min(self.chunk.len());
            self.chunk.copy_to_slice(&mut head[filled..filled + part]);
            filled += part;
        }
        let [compressed, length @ ..] = head;
        if compressed != 0 {
            return Err(FrameError::Compressed);
        }
        Ok(Some(u32::from_be_bytes(length) as usize))
    }

    async fn more(&mut self) -> Result<(), FrameError> {
        self.chunk = self.body.next().await.ok_or(FrameError::Truncated)?.map_err(FrameError::Broken)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio_stream::iter;

    use super::*;

    fn framed(messages: &[Vec<u8>]) -> Vec<u8> {
        let frame = |message: &Vec<u8>| [&[0][..], &(message.len() as u32).to_be_bytes(), message].concat();
        messages.iter().flat_map(frame).collect()
    }

    fn read(bytes: &[u8], chunk: usize, limit: usize, buffers: usize) -> Result<Vec<Vec<u8>>, FrameError> {
        let chunks: Vec<_> =
            bytes.chunks(chunk).map(|chunk| Ok::<_, axum::Error>(Bytes::copy_from_slice(chunk))).collect();
        let body = Body::from_stream(iter(chunks));
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
        fn messages_come_out_as_they_went_in(
            messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..8),
            chunk in 1usize..200,
        ) {
            prop_assert_eq!(read(&framed(&messages), chunk, 300, UNIT).unwrap(), messages);
        }

        #[test]
        fn what_is_cut_off_is_truncated(
            message in prop::collection::vec(any::<u8>(), 1..300),
            chunk in 1usize..200,
            keep in any::<prop::sample::Index>(),
        ) {
            let bytes = framed(&[message]);
            let cut = &bytes[..keep.index(bytes.len() - 1) + 1];
            prop_assume!(cut.len() < bytes.len());
            prop_assert!(matches!(read(cut, chunk, 300, UNIT), Err(FrameError::Truncated)));
        }
    }

    #[test]
    fn too_large_is_known_from_the_head() {
        let head = [0, 0, 0, 1, 45];
        assert!(matches!(read(&head, 5, 300, UNIT), Err(FrameError::TooLarge { length: 301, limit: 300 })));
    }

    #[test]
    fn compression_was_not_agreed_on() {
        assert!(matches!(read(&[1, 0, 0, 0, 0], 5, 300, UNIT), Err(FrameError::Compressed)));
    }

    #[test]
    fn unfinished_messages_have_limited_room() {
        let messages = [vec![7; 3 * UNIT]];
        assert_eq!(read(&framed(&messages), 1000, 4 * UNIT, 3 * UNIT).unwrap(), messages);
        assert!(matches!(read(&framed(&messages), 1000, 4 * UNIT, 2 * UNIT), Err(FrameError::Buffers)));
    }
}
