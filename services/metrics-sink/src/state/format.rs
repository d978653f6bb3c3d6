//! The format of the state file: a magic text and the version, a record per part of a node, and a last record with their
//! number.
//!
//! A record has its length, a Protobuf message, and the CRC-32 of the file up to there, so that a file is read completely
//! or refused.

use std::io::{self, Read, Write};

use crc32fast::Hasher;
use prost::Message;
use thiserror::Error;

use crate::store::SavedPart;

const MAGIC: &[u8; 19] = b"lookout-sink-state\n";

/// The version of the format. Other versions are refused.
const VERSION: u32 = 1;

/// Maximum size of a record: several times what a part has.
const MAX_RECORD_BYTES: usize = 4 << 20;

/// Why a state file is refused or cannot be written.
#[derive(Debug, Error)]
pub enum StateError {
    /// The file cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The path is a folder or a device.
    #[error("it is not a regular file")]
    NotAFile,
    /// Another process uses the file.
    #[error("another process uses it")]
    InUse,
    /// The file exceeds the limit.
    #[error("the state exceeds the limit of {0} bytes, that of SINK_MAX_SERIES_BYTES")]
    TooLarge(u64),
    /// The file does not start as a state file does.
    #[error("it is not a state file")]
    Foreign,
    /// The file has another version.
    #[error("its version is {0}, expected {VERSION}")]
    Version(u32),
    /// The file ends too early, or its content does not match its checksums.
    #[error("it is truncated or corrupt")]
    Corrupt,
}

/// Reads a state file of at most `max_bytes`.
///
/// # Errors
///
/// If it cannot be read, or is refused.
#[doc(hidden)]
pub fn read(file: impl Read, max_bytes: u64) -> Result<Vec<SavedPart>, StateError> {
    let mut reader = Reader { file, hasher: Hasher::new(), bytes: 0, max_bytes };
    let mut magic = [0; MAGIC.len()];
    let length = reader.fill_up_to(&mut magic)?;
    if !MAGIC.starts_with(&magic[..length]) {
        return Err(StateError::Foreign);
    }
    if length < MAGIC.len() {
        return Err(StateError::Corrupt);
    }
    match reader.number()? {
        VERSION => {}
        version => return Err(StateError::Version(version)),
    }
    let mut parts = Vec::new();
    loop {
        let length = reader.number()? as usize;
        if length == 0 {
            break;
        }
        if length > MAX_RECORD_BYTES {
            return Err(StateError::Corrupt);
        }
        let record = reader.record(length)?;
        parts.push(SavedPart::decode(&record[..]).map_err(|_| StateError::Corrupt)?);
    }
    let count = reader.record(size_of::<u32>())?;
    let is_end = reader.fill_up_to(&mut [0])? == 0;
    if is_end && count == (parts.len() as u32).to_le_bytes() { Ok(parts) } else { Err(StateError::Corrupt) }
}

struct Reader<R> {
    file: R,
    hasher: Hasher,
    bytes: u64,
    max_bytes: u64,
}

impl<R: Read> Reader<R> {
    /// Reads a record and its checksum.
    fn record(&mut self, length: usize) -> Result<Vec<u8>, StateError> {
        // Not allocated before it is read: the length may be corrupt.
        let mut record = Vec::new();
        (&mut self.file).take(length as u64).read_to_end(&mut record)?;
        self.count(record.len())?;
        self.hasher.update(&record);
        let expected = self.hasher.clone().finalize();
        if record.len() == length && self.number()? == expected {
            Ok(record)
        } else {
            Err(StateError::Corrupt)
        }
    }

    fn number(&mut self) -> Result<u32, StateError> {
        let mut number = [0; size_of::<u32>()];
        match self.fill_up_to(&mut number)? {
            4 => Ok(u32::from_le_bytes(number)),
            _ => Err(StateError::Corrupt),
        }
    }

    /// Fills the buffer, or less at the end of the file. Returns the number of bytes.
    fn fill_up_to(&mut self, buffer: &mut [u8]) -> Result<usize, StateError> {
        let mut length = 0;
        while length < buffer.len() {
            match self.file.read(&mut buffer[length..]) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.hasher.update(&buffer[..length]);
        self.count(length)?;
        Ok(length)
    }

    fn count(&mut self, length: usize) -> Result<(), StateError> {
        self.bytes += length as u64;
        if self.bytes <= self.max_bytes { Ok(()) } else { Err(StateError::TooLarge(self.max_bytes)) }
    }
}

/// Writes a state file, record by record.
#[doc(hidden)]
#[derive(Debug)]
pub struct Writer<W> {
    file: W,
    hasher: Hasher,
    records: u32,
    bytes: u64,
    max_bytes: u64,
}

impl<W: Write> Writer<W> {
    /// Starts a file of at most `max_bytes`.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn start(file: W, max_bytes: u64) -> Result<Self, StateError> {
        let mut writer = Self { file, hasher: Hasher::new(), records: 0, bytes: 0, max_bytes };
        writer.write(MAGIC)?;
        writer.write(&VERSION.to_le_bytes())?;
        Ok(writer)
    }

    /// Writes a record.
    ///
    /// # Errors
    ///
    /// If it cannot be written, or the file would exceed its limit.
    pub fn add(&mut self, part: &SavedPart) -> Result<(), StateError> {
        let record = part.encode_to_vec();
        let length = u32::try_from(record.len()).unwrap_or(u32::MAX);
        self.write(&length.to_le_bytes())?;
        self.write_record(&record)?;
        self.records += 1;
        Ok(())
    }

    /// Writes the last record. Returns the file and its size.
    ///
    /// # Errors
    ///
    /// As [`Writer::add`].
    pub fn finish(mut self) -> Result<(W, u64), StateError> {
        self.write(&0_u32.to_le_bytes())?;
        self.write_record(&self.records.to_le_bytes())?;
        self.file.flush()?;
        Ok((self.file, self.bytes))
    }

    fn write_record(&mut self, record: &[u8]) -> Result<(), StateError> {
        self.write(record)?;
        let checksum = self.hasher.clone().finalize();
        self.write(&checksum.to_le_bytes())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.max_bytes {
            return Err(StateError::TooLarge(self.max_bytes));
        }
        self.hasher.update(bytes);
        Ok(self.file.write_all(bytes)?)
    }
}

#[cfg(test)]
mod tests;
