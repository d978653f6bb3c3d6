//! Reading a file that may be in the middle of being written.

use std::path::Path;
use std::time::{Duration, SystemTime};
use std::{fs, io};

use tokio::time::{Instant, sleep};

/// How long the file must stay the same.
const SETTLE_TIME: Duration = Duration::from_millis(100);
/// How long to wait for that.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(5);

/// A file's text, and the time of its last modification.
pub(super) type Read = io::Result<(String, SystemTime)>;

/// Reads until two reads agree. What agrees includes the kind of an error: a file that is being replaced may be missing.
///
/// # Errors
///
/// The error of the last read, or `ResourceBusy` if the reads do not agree in time.
pub(super) async fn read(mut read_once: impl FnMut() -> Read) -> io::Result<String> {
    let deadline = Instant::now() + SETTLE_TIMEOUT;
    let mut last = read_once();
    while Instant::now() < deadline {
        sleep(SETTLE_TIME).await;
        let next = read_once();
        let agree = match (&last, &next) {
            (Ok(last), Ok(next)) => last == next,
            (Err(last), Err(next)) => last.kind() == next.kind(),
            _ => false,
        };
        if agree {
            return next.map(|(text, _)| text);
        }
        last = next;
    }
    Err(io::Error::new(io::ErrorKind::ResourceBusy, "it does not stop changing"))
}

/// Reads a regular file. Others cannot be read a second time, or block.
pub(super) fn read_regular(path: &Path) -> Read {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    Ok((fs::read_to_string(path)?, metadata.modified()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The result for a file that has each of these states for one read, and the last one from then on.
    async fn settled(states: &[Result<&str, io::ErrorKind>]) -> Result<String, io::ErrorKind> {
        let mut states = states.iter();
        let mut state = states.next().expect("at least one");
        let mut reads = 0;
        let read_once = || {
            let result = state.map(|text| (text.to_owned(), SystemTime::UNIX_EPOCH)).map_err(io::Error::from);
            state = states.next().unwrap_or(state);
            reads += 1;
            result
        };
        let result = read(read_once).await;
        assert!(reads > 1, "one read is not enough");
        result.map_err(|error| error.kind())
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_is_being_written_is_read_when_it_is_complete() {
        let missing = io::ErrorKind::NotFound;
        for states in [
            &[Ok("all")][..],
            &[Ok(""), Ok("all")],
            &[Ok("old"), Ok(""), Ok("a"), Ok("al"), Ok("all")],
            &[Ok("old"), Err(missing), Ok("all")],
        ] {
            assert_eq!(settled(states).await.as_deref(), Ok("all"), "{states:?}");
        }
        assert_eq!(settled(&[Ok("old"), Err(missing)]).await, Err(missing));
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_does_not_stop_changing_is_not_read() {
        let mut version = 0;
        let read_once = || {
            version += 1;
            Ok((version.to_string(), SystemTime::UNIX_EPOCH))
        };
        let error = read(read_once).await.expect_err("it changes");
        assert_eq!(error.kind(), io::ErrorKind::ResourceBusy);
    }

    #[tokio::test(start_paused = true)]
    async fn the_same_text_with_another_time_is_a_change() {
        let mut times = [1, 2].into_iter();
        let read_once = || {
            let seconds = Duration::from_secs(times.next().unwrap_or(2));
            Ok((format!("modified at {seconds:?}")[..8].to_owned(), SystemTime::UNIX_EPOCH + seconds))
        };
        assert_eq!(read(read_once).await.expect("settled"), "modified");
        assert!(times.next().is_none());
    }
}
