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
    assert!(matches!(read(&head, 5, 300, UNIT_BYTES), Err(FrameError::TooLarge { length: 301, limit: 300 })));
}

#[test]
fn refuses_compressed_messages_and_invalid_flags() {
    assert!(matches!(read(&[1, 0, 0, 0, 0], 5, 300, UNIT_BYTES), Err(FrameError::Compressed)));
    for flag in 2..=u8::MAX {
        let frame = [flag, 0, 0, 0, 0];
        assert!(matches!(read(&frame, 5, 300, UNIT_BYTES), Err(FrameError::Flag(found)) if found == flag));
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
