//! Keeps accumulated values in a file, which the next sink continues.

mod file;
#[doc(hidden)]
pub mod format;
mod metrics;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kit::shutdown::CancellationToken;
use parking_lot::Mutex;
use prometheus::Registry;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

use self::file::StateFile;
use self::format::StateError;
use self::metrics::StateMetrics;
use crate::store::Store;

/// Interval of writing: what a killed sink loses at most.
const WRITE_INTERVAL: Duration = Duration::from_secs(5);

/// The state file of a store.
#[derive(Debug)]
pub(crate) struct State {
    store: Arc<Store>,
    path: PathBuf,
    metrics: StateMetrics,
    progress: Mutex<Progress>,
}

/// Locked while the file is read or written.
#[derive(Debug, Default)]
struct Progress {
    /// `None` until no other process uses it.
    file: Option<StateFile>,
    /// The last attempt to open or write it failed, and the failure is logged.
    has_failed: bool,
}

impl State {
    /// Reads the file at `path` into the store. A file that cannot be read is logged and counted.
    ///
    /// # Errors
    ///
    /// If the registry already has a metric of the state file.
    pub(crate) async fn load(
        path: PathBuf,
        store: Arc<Store>,
        registry: &Registry,
    ) -> prometheus::Result<Arc<Self>> {
        let metrics = StateMetrics::register(registry)?;
        let state = Arc::new(Self { store, path, metrics, progress: Mutex::default() });
        state.in_background(|state| state.open(&mut state.progress.lock())).await;
        Ok(state)
    }

    /// Writes the file every five seconds until `shutdown` is cancelled.
    pub(crate) async fn keep(self: &Arc<Self>, shutdown: CancellationToken) {
        let mut interval = interval(WRITE_INTERVAL);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first tick is due at once.
        interval.tick().await;
        while shutdown.run_until_cancelled(interval.tick()).await.is_some() {
            self.write().await;
        }
    }

    /// Writes the file. A failure is counted, and logged if the previous attempt was successful.
    pub(crate) async fn write(self: &Arc<Self>) {
        self.in_background(Self::write_now).await;
    }

    async fn in_background(self: &Arc<Self>, run: impl FnOnce(&Self) + Send + 'static) {
        let state = Arc::clone(self);
        if let Err(error) = spawn_blocking(move || run(&state)).await {
            tracing::error!(%error, "the state file's task failed");
        }
    }

    fn open(&self, progress: &mut Progress) {
        let path = self.path.display();
        match StateFile::open(&self.path, self.max_bytes()) {
            Ok((file, parts)) => {
                progress.file = Some(file);
                match parts {
                    Ok(parts) => {
                        let count = parts.len();
                        let refused = self.store.restore(parts);
                        tracing::info!(%path, parts = count, refused, "read the state file");
                    }
                    Err(error) => {
                        self.metrics.read_failures.inc();
                        tracing::warn!(%path, %error, "the state file is refused: values start from zero");
                    }
                }
            }
            Err(error) => self.report_failure(progress, &error),
        }
    }

    fn write_now(&self) {
        let mut progress = self.progress.lock();
        if progress.file.is_none() {
            self.open(&mut progress);
        }
        let Some(file) = &progress.file else { return };
        match file.write(|write| self.store.save(write)) {
            Ok(bytes) => {
                self.metrics.bytes.set(bytes.try_into().unwrap_or(i64::MAX));
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                self.metrics.written.set(now.as_secs_f64());
                progress.has_failed = false;
            }
            Err(error) => self.report_failure(&mut progress, &error),
        }
    }

    fn report_failure(&self, progress: &mut Progress, error: &StateError) {
        self.metrics.write_failures.inc();
        if !std::mem::replace(&mut progress.has_failed, true) {
            let path = self.path.display();
            tracing::warn!(%path, %error, "could not write the state file; retrying every five seconds");
        }
    }

    /// The state has no more than the series.
    fn max_bytes(&self) -> u64 {
        self.store.limits().bytes as u64
    }
}
