//! Counts gRPC messages by their frames, wherever the byte stream is cut into chunks.

use crate::MessageObserver;

/// The length of a frame's header: one byte of flags, four bytes of big-endian length.
const HEADER_BYTES: usize = 5;

/// Reports the messages of one direction of one call to its observer.
#[derive(Debug)]
pub(crate) struct MessageCounter<M> {
    frames: FrameCounter,
    observer: M,
}

/// Follows the frames of one direction of one call. It parses headers, skips payloads, and buffers nothing.
#[derive(Debug, Default)]
struct FrameCounter {
    state: State,
}

#[derive(Debug)]
enum State {
    Header {
        bytes_read: usize,
        length: u32,
    },
    Payload {
        bytes_remaining: usize,
    },
    /// The stream has an invalid flag byte where a frame starts: it is not gRPC, and is not counted.
    NotGrpc,
}

impl Default for State {
    fn default() -> Self {
        Self::Header { bytes_read: 0, length: 0 }
    }
}

impl<M: MessageObserver> MessageCounter<M> {
    pub(crate) fn new(observer: M) -> Self {
        Self { frames: FrameCounter::default(), observer }
    }

    /// Whether the stream is at a message boundary: before the first message or after a complete one.
    pub(crate) fn is_at_boundary(&self) -> bool {
        self.frames.is_at_boundary()
    }

    /// The body is polled for its next frame.
    #[inline]
    pub(crate) fn polled(&mut self) {
        self.observer.polled();
    }

    /// A chunk of data passes.
    #[inline]
    pub(crate) fn passed(&mut self, chunk: &[u8]) {
        let count = self.frames.feed(chunk);
        if count > 0 {
            self.observer.passed(count);
        }
    }
}

impl FrameCounter {
    fn is_at_boundary(&self) -> bool {
        !matches!(self.state, State::Payload { .. } | State::Header { bytes_read: 1.., .. })
    }

    /// Returns the number of messages that `chunk` completes.
    #[inline]
    fn feed(&mut self, chunk: &[u8]) -> u64 {
        // Fast path: nearly every chunk is exactly one message.
        if let (State::Header { bytes_read: 0, .. }, [0 | 1, a, b, c, d, payload @ ..]) = (&self.state, chunk)
            && u32::from_be_bytes([*a, *b, *c, *d]) as usize == payload.len()
        {
            return 1;
        }
        self.feed_partial(chunk)
    }

    fn feed_partial(&mut self, mut chunk: &[u8]) -> u64 {
        let mut complete = 0;
        loop {
            match &mut self.state {
                State::Header { bytes_read: 0, .. } if chunk.len() >= HEADER_BYTES => {
                    if chunk[0] > 1 {
                        self.state = State::NotGrpc;
                        return complete;
                    }
                    let length = u32::from_be_bytes([chunk[1], chunk[2], chunk[3], chunk[4]]);
                    self.state = State::Payload { bytes_remaining: length as usize };
                    chunk = &chunk[HEADER_BYTES..];
                }
                State::Header { bytes_read, length } => {
                    let Some((&byte, rest)) = chunk.split_first() else { return complete };
                    if *bytes_read == 0 && byte > 1 {
                        self.state = State::NotGrpc;
                        return complete;
                    }
                    if *bytes_read > 0 {
                        *length = *length << 8 | u32::from(byte);
                    }
                    *bytes_read += 1;
                    chunk = rest;
                    if *bytes_read == HEADER_BYTES {
                        self.state = State::Payload { bytes_remaining: *length as usize };
                    }
                }
                State::Payload { bytes_remaining } => {
                    let skipped = chunk.len().min(*bytes_remaining);
                    *bytes_remaining -= skipped;
                    chunk = &chunk[skipped..];
                    if *bytes_remaining > 0 {
                        return complete;
                    }
                    complete += 1;
                    self.state = State::default();
                }
                State::NotGrpc => return complete,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(flag: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![flag];
        frame.extend((payload.len() as u32).to_be_bytes());
        frame.extend(payload);
        frame
    }

    #[test]
    fn counts_empty_message() {
        let mut frames = FrameCounter::default();
        assert_eq!(frames.feed(&frame(0, b"")), 1);
    }

    #[test]
    fn counts_message_when_complete() {
        let whole = frame(0, b"payload");
        for cut in 1..whole.len() {
            let mut frames = FrameCounter::default();
            assert!(frames.is_at_boundary());
            assert_eq!(frames.feed(&whole[..cut]), 0);
            assert!(!frames.is_at_boundary(), "cut at {cut}");
            assert_eq!(frames.feed(&whole[cut..]), 1);
            assert!(frames.is_at_boundary());
        }
    }

    #[test]
    fn ignores_non_grpc_data() {
        let mut frames = FrameCounter::default();
        assert_eq!(frames.feed(b"<html>\0\0\0\0\0\0\0\0\0\0</html>"), 0);
        assert_eq!(frames.feed(&frame(0, b"x")), 0);
        let mut frames = FrameCounter::default();
        assert_eq!(frames.feed(b"<"), 0);
        assert_eq!(frames.feed(&frame(0, b"x")), 0);
    }

    proptest! {
        #[test]
        fn count_is_independent_of_chunking(
            messages in prop::collection::vec((0u8..2, prop::collection::vec(any::<u8>(), 0..40)), 0..20),
            cuts in prop::collection::vec(1usize..17, 1..60),
        ) {
            let stream: Vec<u8> = messages.iter().flat_map(|(flag, payload)| frame(*flag, payload)).collect();
            let mut frames = FrameCounter::default();
            let mut rest = stream.as_slice();
            let mut counted = 0;
            let mut cuts = cuts.iter().cycle();
            while !rest.is_empty() {
                let (chunk, tail) = rest.split_at((*cuts.next().unwrap()).min(rest.len()));
                counted += frames.feed(chunk);
                rest = tail;
            }
            prop_assert_eq!(counted, messages.len() as u64);
        }
    }
}
