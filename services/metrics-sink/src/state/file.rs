//! The state file on the disk: read once, then replaced as a whole. A lock file beside it keeps other sinks out.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufReader, BufWriter};
use std::path::{Path, PathBuf};

use super::format::{self, StateError, Writer};
use crate::store::SavedPart;

/// A state file that this process uses alone.
#[derive(Debug)]
pub(super) struct StateFile {
    path: PathBuf,
    max_bytes: u64,
    /// Locked until it is dropped.
    _lock: Option<File>,
    /// The path had another file when it was read, which is not replaced.
    is_foreign: bool,
}

impl StateFile {
    /// Opens the file at `path`, which need not exist, and reads it. A refused file of this program is kept under another
    /// name, so that the next write does not destroy it.
    ///
    /// # Errors
    ///
    /// [`StateError::InUse`] if another process has it open. Any other failure is returned beside the file, which can be
    /// written later.
    pub(super) fn open(
        path: &Path,
        max_bytes: u64,
    ) -> Result<(Self, Result<Vec<SavedPart>, StateError>), StateError> {
        // A folder that cannot be written to may have a file that can be read.
        let lock =
            File::options().create(true).truncate(false).write(true).open(with_suffix(path, ".lock")).ok();
        if let Some(Err(TryLockError::WouldBlock)) = lock.as_ref().map(File::try_lock) {
            return Err(StateError::InUse);
        }
        let parts = read(path, max_bytes);
        let is_foreign = matches!(parts, Err(StateError::Foreign));
        if matches!(parts, Err(StateError::TooLarge(_) | StateError::Version(_) | StateError::Corrupt)) {
            let kept = with_suffix(path, ".refused");
            match fs::rename(path, &kept) {
                Ok(()) => tracing::info!(path = %kept.display(), "keeping the refused state file"),
                Err(error) => {
                    tracing::warn!(path = %kept.display(), %error, "could not keep the refused state file");
                }
            }
        }
        Ok((Self { path: path.to_owned(), max_bytes, _lock: lock, is_foreign }, parts))
    }

    /// Replaces the file by the parts that `save` passes to its argument, when they are on the disk. Returns the size.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, or would exceed its limit. The existing file stays then.
    pub(super) fn write(
        &self,
        save: impl FnOnce(&mut dyn FnMut(&SavedPart) -> Result<(), StateError>) -> Result<(), StateError>,
    ) -> Result<u64, StateError> {
        if self.is_foreign {
            return Err(StateError::Foreign);
        }
        let temporary = with_suffix(&self.path, ".tmp");
        let written = write_new(&temporary, self.max_bytes, save).and_then(|bytes| {
            fs::rename(&temporary, &self.path)?;
            // The rename is durable when the folder is.
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
            Ok(bytes)
        });
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written
    }
}

/// The parts of the file at `path`; none if it does not exist.
fn read(path: &Path, max_bytes: u64) -> Result<Vec<SavedPart>, StateError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Err(StateError::NotAFile),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    }
    format::read(BufReader::new(File::open(path)?), max_bytes)
}

fn write_new(
    path: &Path,
    max_bytes: u64,
    save: impl FnOnce(&mut dyn FnMut(&SavedPart) -> Result<(), StateError>) -> Result<(), StateError>,
) -> Result<u64, StateError> {
    let mut writer = Writer::start(BufWriter::new(File::create(path)?), max_bytes)?;
    save(&mut |part| writer.add(part))?;
    let (file, bytes) = writer.finish()?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(bytes)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX_BYTES: u64 = 10_000;

    fn part(instance: &str) -> SavedPart {
        SavedPart { instance: instance.into(), ..SavedPart::default() }
    }

    fn write(file: &StateFile, parts: &[SavedPart]) -> Result<u64, StateError> {
        file.write(|write| parts.iter().try_for_each(write))
    }

    /// Opens a file that must be readable.
    fn open(path: &Path) -> (StateFile, Vec<SavedPart>) {
        let (file, parts) = StateFile::open(path, MAX_BYTES).unwrap();
        (file, parts.unwrap())
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn each_write_replaces_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (file, parts) = open(&path);
        assert_eq!(parts, []);
        write(&file, &[part("a"), part("b")]).unwrap();
        let bytes = write(&file, &[part("c")]).unwrap();
        drop(file);
        assert_eq!(fs::metadata(&path).unwrap().len(), bytes);
        assert_eq!(open(&path).1, [part("c")]);
        assert_eq!(names(folder.path()), ["state", "state.lock"]);
    }

    #[test]
    fn a_state_above_the_limit_is_not_written_and_the_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (file, _) = open(&path);
        write(&file, &[part("a")]).unwrap();
        let error = write(&file, &[part(&"x".repeat(10_000))]).unwrap_err();
        assert!(matches!(error, StateError::TooLarge(MAX_BYTES)));
        drop(file);
        assert_eq!(open(&path).1, [part("a")]);
        assert_eq!(names(folder.path()), ["state", "state.lock"]);
    }

    #[test]
    fn a_second_process_cannot_open_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let first = open(&path);
        assert!(matches!(StateFile::open(&path, MAX_BYTES).unwrap_err(), StateError::InUse));
        drop(first);
        open(&path);
    }

    #[test]
    fn a_refused_file_is_kept_under_another_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (file, _) = open(&path);
        write(&file, &[part("a")]).unwrap();
        drop(file);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        let (file, parts) = StateFile::open(&path, MAX_BYTES).unwrap();
        assert!(matches!(parts.unwrap_err(), StateError::Corrupt));
        write(&file, &[]).unwrap();
        assert_eq!(names(folder.path()), ["state", "state.lock", "state.refused"]);
    }

    #[test]
    fn a_file_of_another_program_is_neither_read_nor_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        fs::write(&path, "precious").unwrap();
        let (file, parts) = StateFile::open(&path, MAX_BYTES).unwrap();
        assert!(matches!(parts.unwrap_err(), StateError::Foreign));
        assert!(matches!(write(&file, &[]).unwrap_err(), StateError::Foreign));
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    }

    #[test]
    fn a_folder_or_device_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().to_owned(), "/dev/zero".into()] {
            assert!(matches!(read(&path, MAX_BYTES).unwrap_err(), StateError::NotAFile));
        }
    }

    #[test]
    fn a_file_in_a_missing_folder_cannot_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let (file, parts) = open(&folder.path().join("missing/state"));
        assert_eq!(parts, []);
        assert!(matches!(write(&file, &[]).unwrap_err(), StateError::Io(_)));
    }
}
