//! Alertmanager's HTTP API: the alerts it holds, and its configuration.

use serde::Deserialize;

use crate::{
    fetch::{Fetch, FetchError},
    prometheus::Labels,
};

/// A client of one Alertmanager; cheap to clone.
#[derive(Clone, Debug)]
pub struct Alertmanager {
    fetch: Fetch,
    base: String,
}

impl Alertmanager {
    /// `base` is its URL without a trailing slash.
    pub fn new(fetch: Fetch, base: &str) -> Self {
        Self { fetch, base: base.to_owned() }
    }

    /// The configuration that it runs with, as YAML without secrets.
    pub async fn configuration(&self) -> Result<String, FetchError> {
        #[derive(Deserialize)]
        struct Status {
            config: Config,
        }
        #[derive(Deserialize)]
        struct Config {
            original: String,
        }
        let status: Status = self.fetch.get(&format!("{}/api/v2/status", self.base)).json().await?;
        Ok(status.config.original)
    }

    /// The labels of the alerts that are not resolved.
    pub async fn unresolved(&self) -> Result<Vec<Labels>, FetchError> {
        #[derive(Deserialize)]
        struct Alert {
            labels: Labels,
        }
        let alerts: Vec<Alert> = self.fetch.get(&format!("{}/api/v2/alerts", self.base)).json().await?;
        Ok(alerts.into_iter().map(|alert| alert.labels).collect())
    }
}
