//! Reloads the readers that run, if their configuration is newer than what they have loaded.

use std::{
    fs, io,
    path::Path,
    time::{Duration, Instant, UNIX_EPOCH},
};

use clients::fetch::{Fetch, FetchError};

use super::files::is_hidden;

/// A program that reads rendered configuration and reloads it on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Prometheus.
    Prometheus,
    /// Alertmanager.
    Alertmanager,
    /// Grafana, whose administrator may reload.
    Grafana,
}

/// Modified when Grafana has reloaded its configuration.
const STAMP: &str = ".reloaded";
/// How long a reader that starts or stops may take to accept requests.
const RELOAD_TIMEOUT: Duration = Duration::from_secs(20);
/// Processes measure the time of their start from that of the kernel, in whole seconds.
const START_TIME_ACCURACY: Duration = Duration::from_secs(1);
const RETRY_INTERVAL: Duration = Duration::from_millis(200);

impl Reader {
    /// The program's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prometheus => "Prometheus",
            Self::Alertmanager => "Alertmanager",
            Self::Grafana => "Grafana",
        }
    }

    /// The metric that holds the time of the last load, in seconds since 1970.
    fn loaded_metric(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus_config_last_reload_success_timestamp_seconds",
            Self::Alertmanager => "alertmanager_config_last_reload_success_timestamp_seconds",
            Self::Grafana => "process_start_time_seconds",
        }
    }

    /// The files that the reader reads only when it starts. It restarts by itself when one changes: see `grafana/run.sh`.
    pub fn read_at_start(self) -> &'static [&'static str] {
        match self {
            Self::Prometheus | Self::Alertmanager => &[],
            Self::Grafana => &["admin-password", "smtp-password", "smtp-starttls-policy", "smtp-ca.pem"],
        }
    }

    /// The paths to post to.
    fn reload_paths(self) -> &'static [&'static str] {
        match self {
            Self::Prometheus | Self::Alertmanager => &["/-/reload"],
            Self::Grafana => &[
                "/api/admin/provisioning/datasources/reload",
                "/api/admin/provisioning/dashboards/reload",
                "/api/admin/provisioning/alerting/reload",
            ],
        }
    }
}

/// A running or stopped reader.
#[derive(Debug)]
pub struct Target<'a> {
    /// The program.
    pub reader: Reader,
    /// Its address.
    pub url: &'a str,
    /// Its configuration.
    pub folder: &'a Path,
    /// The password of its user `admin`, which only Grafana needs.
    pub password: &'a str,
}

/// Why a reader runs with another configuration than the rendered one.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    /// The reader refuses the configuration, or does not reload it.
    #[error("{reader} refuses its new configuration and keeps the old one: {reason}")]
    Refused {
        /// The reader's name.
        reader: &'static str,
        /// The reader's message.
        reason: String,
    },
    /// The rendered files cannot be read.
    #[error(transparent)]
    File(#[from] io::Error),
}

impl Target<'_> {
    /// Whether the reader has loaded its files after they changed.
    ///
    /// # Errors
    ///
    /// Returns a reason if it has not, or does not run.
    pub async fn is_current(&self, fetch: &Fetch) -> Result<String, String> {
        let loaded_at = self.loaded_at(fetch).await.ok_or("it does not run")?;
        let modified_at =
            modified_at(self.folder).map_err(|error| format!("{}: {error}", self.folder.display()))?;
        let age = loaded_at - modified_at;
        if age < -START_TIME_ACCURACY.as_secs_f64() {
            return Err(format!("the files changed {:.0} s after it loaded them", -age));
        }
        Ok(format!("loaded {:.1} s after they changed", age.max(0.0)))
    }

    /// Whether the reader runs.
    pub async fn is_running(&self, fetch: &Fetch) -> bool {
        self.loaded_at(fetch).await.is_some()
    }

    /// Reloads the reader if it runs, and its files have changed or are newer than what it has loaded. Returns whether it was
    /// reloaded. While the reader starts or stops, the request is repeated.
    ///
    /// # Errors
    ///
    /// See [`ReloadError`].
    pub async fn reload_if_older(&self, fetch: &Fetch, has_changed: bool) -> Result<bool, ReloadError> {
        let deadline = Instant::now() + RELOAD_TIMEOUT;
        let modified_at = modified_at(self.folder)?;
        let mut is_repeated = false;
        loop {
            match self.loaded_at(fetch).await {
                // It reads the files when it starts.
                None if !is_repeated => return Ok(false),
                Some(loaded_at) if loaded_at > modified_at && (is_repeated || !has_changed) => {
                    return Ok(is_repeated);
                }
                None | Some(_) => {}
            }
            match self.post_all(fetch).await {
                Ok(()) => return Ok(true),
                Err(error) if is_temporary(&error) && Instant::now() < deadline => is_repeated = true,
                Err(error) => return Err(self.refused(error)),
            }
            tokio::time::sleep(RETRY_INTERVAL).await;
        }
    }

    /// Reloads the reader.
    ///
    /// # Errors
    ///
    /// See [`ReloadError`].
    pub async fn reload(&self, fetch: &Fetch) -> Result<(), ReloadError> {
        self.post_all(fetch).await.map_err(|error| self.refused(error))
    }

    async fn post_all(&self, fetch: &Fetch) -> Result<(), FetchError> {
        for path in self.reader.reload_paths() {
            let request = fetch.post(&format!("{}{path}", self.url));
            let request = match self.reader {
                Reader::Grafana => request.basic_auth("admin", self.password),
                Reader::Prometheus | Reader::Alertmanager => request,
            };
            request.text().await?;
        }
        if self.reader == Reader::Grafana {
            // Without it, Grafana is reloaded once more.
            let _ = fs::write(self.folder.join(STAMP), "");
        }
        Ok(())
    }

    fn refused(&self, error: FetchError) -> ReloadError {
        let reason = match error {
            FetchError::Status { body, .. } if !body.is_empty() => body,
            other => other.reason(),
        };
        // Prometheus logs the error of a rule, and returns only that there is one.
        let reason = match self.reader {
            Reader::Prometheus if reason.contains("one or more errors") => {
                format!("{reason}; `docker compose logs prometheus` has the reason")
            }
            _ => reason,
        };
        ReloadError::Refused { reader: self.reader.name(), reason }
    }

    /// When the reader loaded its configuration, in seconds since 1970; `None` if it does not run.
    async fn loaded_at(&self, fetch: &Fetch) -> Option<f64> {
        let page = fetch.get(&format!("{}/metrics", self.url)).text().await.ok()?;
        let line =
            page.lines().find_map(|line| line.strip_prefix(self.reader.loaded_metric())?.strip_prefix(' '));
        let stamp = fs::metadata(self.folder.join(STAMP)).and_then(|stamp| stamp.modified()).ok();
        let stamp =
            stamp.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map(|time| time.as_secs_f64());
        Some(line?.trim().parse::<f64>().ok()?.max(stamp.unwrap_or_default()))
    }
}

/// Whether the reader starts or stops, as opposed to refusing its configuration.
fn is_temporary(error: &FetchError) -> bool {
    matches!(error, FetchError::Unreachable { .. } | FetchError::Status { status: 502 | 503, .. })
}

/// When the newest file or folder below `folder` was modified, in seconds since 1970.
fn modified_at(folder: &Path) -> io::Result<f64> {
    let modified = fs::metadata(folder)?.modified()?.duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
    let mut newest = modified.as_secs_f64();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if !is_hidden(&entry) {
                newest = newest.max(modified_at(&entry.path())?);
            }
        }
    }
    Ok(newest)
}
