//! The part of Alertmanager's API that the lab reads.

use serde::Deserialize;

use crate::{
    fetch::{Fetch, FetchError},
    prometheus::Labels,
};

/// An alert that Alertmanager holds and that is not resolved.
#[derive(Clone, Debug, Deserialize)]
pub struct Held {
    /// Labels, `alertname` among them.
    pub labels: Labels,
}

/// A client of one Alertmanager; cheap to clone.
#[derive(Clone, Debug)]
pub struct Alertmanager {
    fetch: Fetch,
    base: String,
}

impl Alertmanager {
    /// `base` is its address without a slash at the end.
    pub fn new(fetch: Fetch, base: &str) -> Self {
        Self { fetch, base: base.to_owned() }
    }

    /// The names of the alerts that it holds, unresolved.
    pub async fn held(&self) -> Result<Vec<String>, FetchError> {
        let held: Vec<Held> = self.fetch.get(&format!("{}/api/v2/alerts", self.base)).json().await?;
        Ok(held.into_iter().filter_map(|one| one.labels.get("alertname").cloned()).collect())
    }
}
