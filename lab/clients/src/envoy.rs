//! Envoy's admin API: runtime values, which control fault injection, and statistics.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::fetch::{Fetch, FetchError};

/// A client of one Envoy's admin API; cheap to clone.
#[derive(Clone, Debug)]
pub struct Envoy {
    fetch: Fetch,
    base: String,
}

impl Envoy {
    /// `base` is the URL of the admin API without a trailing slash.
    pub fn new(fetch: Fetch, base: &str) -> Self {
        Self { fetch, base: base.to_owned() }
    }

    /// Sets runtime keys; an empty value removes the override.
    pub async fn set_runtime(&self, pairs: &[(&str, &str)]) -> Result<(), FetchError> {
        self.fetch.post(&format!("{}/runtime_modify", self.base)).query(pairs).text().await?;
        Ok(())
    }

    /// The effective runtime values by key.
    pub async fn runtime(&self) -> Result<BTreeMap<String, String>, FetchError> {
        #[derive(Deserialize)]
        struct Entry {
            final_value: String,
        }
        #[derive(Deserialize)]
        struct Runtime {
            #[serde(default)]
            entries: BTreeMap<String, Entry>,
        }
        let runtime: Runtime =
            self.fetch.get(&format!("{}/runtime", self.base)).query(&[("format", "json")]).json().await?;
        Ok(runtime.entries.into_iter().map(|(key, entry)| (key, entry.final_value)).collect())
    }

    /// All statistics in Prometheus' text format.
    pub async fn all_stats(&self) -> Result<String, FetchError> {
        self.fetch.get(&format!("{}/stats/prometheus", self.base)).text().await
    }

    /// The statistics that have been used, in Prometheus' text format.
    pub async fn stats(&self) -> Result<String, FetchError> {
        self.fetch.get(&format!("{}/stats/prometheus?usedonly", self.base)).text().await
    }
}
