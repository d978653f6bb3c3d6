//! Compresses a page chunk by chunk, so that it is never in memory as a whole.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use zstd::stream::write::Encoder as ZstdEncoder;
use zstd::zstd_safe::CParameter;

use super::coding::Coding;

/// zstd's level. Pages repeat themselves so much that higher levels gain little.
const ZSTD_LEVEL: i32 = 1;
/// Base-2 logarithm of the number of bytes in which zstd looks for repetitions, which bounds its memory.
const ZSTD_WINDOW_LOG: u32 = 17;

/// An encoder that appends to a vector.
pub(super) enum Compressor {
    Gzip(GzEncoder<Vec<u8>>),
    Zstd(ZstdEncoder<'static, Vec<u8>>),
}

impl Compressor {
    /// `None` for the coding that changes nothing.
    pub(super) fn new(coding: Coding) -> io::Result<Option<Self>> {
        Ok(match coding {
            Coding::Identity => None,
            Coding::Gzip => Some(Self::Gzip(GzEncoder::new(Vec::new(), Compression::fast()))),
            Coding::Zstd => {
                let mut encoder = ZstdEncoder::new(Vec::new(), ZSTD_LEVEL)?;
                encoder.set_parameter(CParameter::WindowLog(ZSTD_WINDOW_LOG))?;
                Some(Self::Zstd(encoder))
            }
        })
    }

    /// Compresses a chunk, and returns the output so far; empty while the encoder collects input.
    pub(super) fn write(&mut self, chunk: &[u8]) -> io::Result<Bytes> {
        let output = match self {
            Self::Gzip(encoder) => {
                encoder.write_all(chunk)?;
                encoder.get_mut()
            }
            Self::Zstd(encoder) => {
                encoder.write_all(chunk)?;
                encoder.get_mut()
            }
        };
        Ok(std::mem::take(output).into())
    }

    /// The end of the compressed page.
    pub(super) fn finish(self) -> io::Result<Bytes> {
        let output = match self {
            Self::Gzip(encoder) => encoder.finish()?,
            Self::Zstd(encoder) => encoder.finish()?,
        };
        Ok(output.into())
    }
}
