//! The position in a stream of gRPC frames.

/// The length of a gRPC frame's header: one byte of flags, four bytes of big-endian length.
const HEADER_BYTES: usize = 5;

/// The position in a stream of gRPC frames, of which each holds a message.
#[derive(Debug)]
pub(super) struct Frames {
    max_bytes: usize,
    header: [u8; HEADER_BYTES],
    /// Bytes of the header that have passed.
    header_read: usize,
    /// Bytes of the message that have not passed.
    remaining: usize,
    started: u64,
}

impl Frames {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self { max_bytes, header: [0; HEADER_BYTES], header_read: 0, remaining: 0, started: 0 }
    }

    #[cfg(feature = "grpc")]
    pub(super) fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Number of messages that have started.
    pub(super) fn started(&self) -> u64 {
        self.started
    }

    /// Whether a message has started and not ended.
    pub(super) fn is_inside_message(&self) -> bool {
        self.header_read > 0 || self.remaining > 0
    }

    /// Returns the size of a message in `chunk` that is too large.
    pub(super) fn feed(&mut self, mut chunk: &[u8]) -> Result<(), usize> {
        while !chunk.is_empty() {
            if self.remaining > 0 {
                let skipped = self.remaining.min(chunk.len());
                self.remaining -= skipped;
                chunk = &chunk[skipped..];
                continue;
            }
            self.started += u64::from(self.header_read == 0);
            let part = (HEADER_BYTES - self.header_read).min(chunk.len());
            self.header[self.header_read..][..part].copy_from_slice(&chunk[..part]);
            self.header_read += part;
            chunk = &chunk[part..];
            if self.header_read == HEADER_BYTES {
                let [_, length @ ..] = self.header;
                self.header_read = 0;
                self.remaining = u32::from_be_bytes(length) as usize;
                if self.remaining > self.max_bytes {
                    return Err(self.remaining);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(length: u32) -> Vec<u8> {
        [&[0][..], &length.to_be_bytes(), &vec![7; length as usize]].concat()
    }

    #[test]
    fn finds_a_large_message_in_any_chunking() {
        let fits = [frame(0), frame(10), frame(3)].concat();
        let large = [fits.clone(), frame(11)].concat();
        for chunk in 1..=large.len() {
            let feed = |bytes: &[u8]| {
                let mut frames = Frames::new(10);
                bytes.chunks(chunk).try_for_each(|chunk| frames.feed(chunk))
            };
            assert_eq!((feed(&fits), feed(&large)), (Ok(()), Err(11)), "chunks of {chunk}");
        }
    }

    #[test]
    fn is_inside_a_message_from_its_first_byte_to_its_last() {
        let bytes = [frame(0), frame(2), frame(0)].concat();
        let mut frames = Frames::new(10);
        let mut inside = Vec::new();
        for byte in bytes.chunks(1) {
            frames.feed(byte).expect("no large message");
            inside.push(frames.is_inside_message());
        }
        let empty = [true, true, true, true, false];
        assert_eq!(inside, [&empty[..], &[true; 6], &[false], &empty].concat());
        assert_eq!(frames.started(), 3);
    }
}
