//! Reloads the readers that run, if their configuration is newer than what they have loaded.

use std::{fs, io, path::Path, time::UNIX_EPOCH};

use clients::fetch::{Fetch, FetchError};

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
const STAMP: &str = "reloaded";

impl Reader {
    fn name(self) -> &'static str {
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
    /// Reloads the reader if it runs and its files are newer than what it has loaded. Returns whether it was reloaded.
    ///
    /// # Errors
    ///
    /// See [`ReloadError`].
    pub async fn reload_if_older(&self, fetch: &Fetch) -> Result<bool, ReloadError> {
        match self.loaded_at(fetch).await {
            // It reads the files when it starts.
            None => Ok(false),
            Some(loaded_at) if loaded_at > modified_at(self.folder)? => Ok(false),
            Some(_) => self.reload(fetch).await.map(|()| true),
        }
    }

    /// Reloads the reader.
    ///
    /// # Errors
    ///
    /// See [`ReloadError`].
    pub async fn reload(&self, fetch: &Fetch) -> Result<(), ReloadError> {
        for path in self.reader.reload_paths() {
            let request = fetch.post(&format!("{}{path}", self.url));
            let request = match self.reader {
                Reader::Grafana => request.basic_auth("admin", self.password),
                Reader::Prometheus | Reader::Alertmanager => request,
            };
            request.text().await.map_err(|error| ReloadError::Refused {
                reader: self.reader.name(),
                reason: match error {
                    FetchError::Status { body, .. } if !body.is_empty() => body,
                    other => other.reason(),
                },
            })?;
        }
        if self.reader == Reader::Grafana {
            fs::write(self.folder.join(STAMP), "")?;
        }
        Ok(())
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

/// When the newest file or folder below `folder` was modified, in seconds since 1970.
fn modified_at(folder: &Path) -> io::Result<f64> {
    let modified = fs::metadata(folder)?.modified()?.duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
    let mut newest = modified.as_secs_f64();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_name() != STAMP {
                newest = newest.max(modified_at(&entry.path())?);
            }
        }
    }
    Ok(newest)
}
