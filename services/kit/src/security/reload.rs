//! A value that was read from files, and is read again when one of them changes.

use std::fmt;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::{SecurityError, SecurityMetrics};
use crate::shutdown::CancellationToken;

/// Interval at which the files' contents are compared. Contents, because a replaced link changes no time of a file.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// The files that were read, in order.
#[derive(Debug, Default)]
pub struct Files {
    paths: Vec<PathBuf>,
    contents: DefaultHasher,
}

impl Files {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn read(&mut self, path: &Path) -> Result<Vec<u8>, SecurityError> {
        self.paths.push(path.to_owned());
        let content = fs::read(path).map_err(|source| SecurityError::Read { path: path.to_owned(), source });
        content.as_ref().ok().hash(&mut self.contents);
        content
    }
}

type Load<T> = dyn Fn(&mut Files) -> Result<T, SecurityError> + Send + Sync;

/// A value that was read from files.
pub struct Reloaded<T> {
    load: Box<Load<T>>,
    current: RwLock<Arc<T>>,
    /// The files that were read last, whether they were usable or not.
    last_read: Mutex<Files>,
    metrics: SecurityMetrics,
}

impl<T> fmt::Debug for Reloaded<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Reloaded").field("last_read", &self.last_read).finish_non_exhaustive()
    }
}

impl<T> Reloaded<T> {
    /// Reads the value.
    ///
    /// # Errors
    ///
    /// If the files are unusable.
    pub fn load(
        metrics: SecurityMetrics,
        load: impl Fn(&mut Files) -> Result<T, SecurityError> + Send + Sync + 'static,
    ) -> Result<Self, SecurityError> {
        let mut files = Files::default();
        let value = load(&mut files)?;
        Ok(Self {
            load: Box::new(load),
            current: RwLock::new(Arc::new(value)),
            last_read: Mutex::new(files),
            metrics,
        })
    }

    /// The value as last read.
    #[must_use]
    pub fn get(&self) -> Arc<T> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The metrics of the listener.
    #[must_use]
    pub fn metrics(&self) -> &SecurityMetrics {
        &self.metrics
    }

    /// Reads the files again if one of them has changed. Unusable files are counted and logged, and the value stays.
    pub fn reload(&self) {
        let mut last_read = self.last_read.lock().unwrap_or_else(PoisonError::into_inner);
        let mut now = Files::default();
        for path in &last_read.paths {
            let _ = now.read(path);
        }
        if now.contents.finish() == last_read.contents.finish() {
            return;
        }
        let mut files = Files::default();
        match (self.load)(&mut files) {
            Ok(value) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(value);
                self.metrics.reloaded();
                *last_read = files;
            }
            Err(error) => {
                self.metrics.reload_failed(&error);
                // Reading may have stopped at the first unusable file, so the same files are watched.
                *last_read = now;
            }
        }
    }

    /// Reloads until `shutdown` is cancelled.
    pub async fn keep(&self, shutdown: CancellationToken) {
        let mut interval = interval(POLL_INTERVAL);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while shutdown.run_until_cancelled(interval.tick()).await.is_some() {
            self.reload();
        }
    }
}
