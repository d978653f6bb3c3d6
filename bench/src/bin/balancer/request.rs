//! The request to the origin: the first 64 bytes of a connection.

use anyhow::{Context, bail};

/// Size of a request and of each later message, in bytes.
pub(crate) const MESSAGE: usize = 64;

/// A 64-byte message.
pub(crate) type Message = [u8; MESSAGE];

#[derive(Clone, Copy)]
pub(crate) enum Request {
    /// The origin returns this message and every later one.
    Echo,
    /// The origin sends this number of bytes, then closes its direction.
    Download(u64),
    /// The origin reads to the end of the stream, then sends the number of bytes.
    Upload,
    /// The origin sends its number of open connections.
    Count,
}

impl Request {
    pub(crate) fn encode(self) -> Message {
        let (kind, bytes) = match self {
            Self::Echo => (b'e', 0),
            Self::Download(bytes) => (b'd', bytes),
            Self::Upload => (b'u', 0),
            Self::Count => (b'c', 0),
        };
        let mut message = number(bytes);
        message[8] = kind;
        message
    }

    pub(crate) fn decode(message: &Message) -> anyhow::Result<Self> {
        Ok(match message[8] {
            b'e' => Self::Echo,
            b'd' => Self::Download(read_number(message)?),
            b'u' => Self::Upload,
            b'c' => Self::Count,
            other => bail!("no request: {other}"),
        })
    }
}

/// A message that contains a number.
pub(crate) fn number(number: u64) -> Message {
    let mut message = [0; MESSAGE];
    message[..8].copy_from_slice(&number.to_be_bytes());
    message
}

/// The number in a message that [`number`] returned.
pub(crate) fn read_number(message: &Message) -> anyhow::Result<u64> {
    message.first_chunk().map(|bytes| u64::from_be_bytes(*bytes)).context("a message is longer")
}
