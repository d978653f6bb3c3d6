//! Envoy's admin page: its runtime, which switches faults, and its own metrics.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::fetch::{Fetch, FetchError};

/// A client of one Envoy's admin page; cheap to clone.
#[derive(Clone, Debug)]
pub struct Envoy {
    fetch: Fetch,
    base: String,
}

impl Envoy {
    /// `base` is the admin page's address without a slash at the end.
    pub fn new(fetch: Fetch, base: &str) -> Self {
        Self { fetch, base: base.to_owned() }
    }

    /// Sets runtime keys; an empty value takes an override away.
    pub async fn set_runtime(&self, pairs: &[(&str, &str)]) -> Result<(), FetchError> {
        self.fetch.post(&format!("{}/runtime_modify", self.base)).query(pairs).text().await?;
        Ok(())
    }

    /// The runtime's final values by key.
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

    /// Its own Prometheus page, with what has never been used too.
    pub async fn all_stats(&self) -> Result<String, FetchError> {
        self.fetch.get(&format!("{}/stats/prometheus", self.base)).text().await
    }

    /// Its own Prometheus page, of what has been used.
    pub async fn stats(&self) -> Result<String, FetchError> {
        self.fetch.get(&format!("{}/stats/prometheus?usedonly", self.base)).text().await
    }
}
