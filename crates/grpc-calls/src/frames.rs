//! Counts gRPC messages in a byte stream by their frames, wherever the stream is cut into chunks.

/// A frame's prefix: one byte of flags, four bytes of big-endian length.
const PREFIX: usize = 5;

/// Follows one direction of one call. It reads prefixes, skips payloads, and keeps neither.
#[derive(Debug, Default)]
pub(crate) struct FrameCounter {
    state: State,
}

#[derive(Debug)]
enum State {
    Prefix {
        read: usize,
        length: u32,
    },
    Payload {
        left: usize,
    },
    /// A flag byte that no gRPC frame begins with: these are not frames, and are not counted.
    NotGrpc,
}

impl Default for State {
    fn default() -> Self {
        Self::Prefix { read: 0, length: 0 }
    }
}

impl FrameCounter {
    /// Whether the stream is between two messages, or before the first.
    pub(crate) fn is_between_messages(&self) -> bool {
        !matches!(self.state, State::Payload { .. } | State::Prefix { read: 1.., .. })
    }

    /// How many messages `chunk` completes.
    #[inline]
    pub(crate) fn feed(&mut self, chunk: &[u8]) -> u64 {
        // What nearly every chunk is: one message, whole.
        if let (State::Prefix { read: 0, .. }, [0 | 1, a, b, c, d, payload @ ..]) = (&self.state, chunk)
            && u32::from_be_bytes([*a, *b, *c, *d]) as usize == payload.len()
        {
            return 1;
        }
        self.follow(chunk)
    }

    fn follow(&mut self, mut chunk: &[u8]) -> u64 {
        let mut complete = 0;
        loop {
            match &mut self.state {
                State::Prefix { read: 0, .. } if chunk.len() >= PREFIX => {
                    if chunk[0] > 1 {
                        self.state = State::NotGrpc;
                        return complete;
                    }
                    let length = u32::from_be_bytes([chunk[1], chunk[2], chunk[3], chunk[4]]);
                    self.state = State::Payload { left: length as usize };
                    chunk = &chunk[PREFIX..];
                }
                State::Prefix { read, length } => {
                    let Some((&byte, rest)) = chunk.split_first() else { return complete };
                    if *read == 0 && byte > 1 {
                        self.state = State::NotGrpc;
                        return complete;
                    }
                    if *read > 0 {
                        *length = *length << 8 | u32::from(byte);
                    }
                    *read += 1;
                    chunk = rest;
                    if *read == PREFIX {
                        self.state = State::Payload { left: *length as usize };
                    }
                }
                State::Payload { left } => {
                    let taken = chunk.len().min(*left);
                    *left -= taken;
                    chunk = &chunk[taken..];
                    if *left > 0 {
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
    fn an_empty_message_is_a_message() {
        let mut frames = FrameCounter::default();
        assert_eq!(frames.feed(&frame(0, b"")), 1);
    }

    #[test]
    fn an_unfinished_message_is_none() {
        let whole = frame(0, b"payload");
        for cut in 1..whole.len() {
            let mut frames = FrameCounter::default();
            assert!(frames.is_between_messages());
            assert_eq!(frames.feed(&whole[..cut]), 0);
            assert!(!frames.is_between_messages(), "cut at {cut}");
            assert_eq!(frames.feed(&whole[cut..]), 1);
            assert!(frames.is_between_messages());
        }
    }

    #[test]
    fn what_is_not_grpc_is_not_counted() {
        let mut frames = FrameCounter::default();
        assert_eq!(frames.feed(b"<html>\0\0\0\0\0\0\0\0\0\0</html>"), 0);
        assert_eq!(frames.feed(&frame(0, b"x")), 0);
        let mut frames = FrameCounter::default();
        assert_eq!(frames.feed(b"<"), 0);
        assert_eq!(frames.feed(&frame(0, b"x")), 0);
    }

    proptest! {
        #[test]
        fn cuts_do_not_change_the_count(
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
