//! The constant labels: which service this is, and which of its instances.

use std::collections::HashMap;

use prometheus::Registry;

#[derive(Clone, Debug, Default)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) version: String,
}

impl Identity {
    /// Those that are not empty: to Prometheus an empty label is none.
    pub(crate) fn labels(&self) -> HashMap<String, String> {
        [("micro_name", &self.name), ("micro_id", &self.id), ("micro_version", &self.version)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    }
}

/// A registry that puts `micro_name`, `micro_id` and `micro_version` on all that is registered there, the process's
/// metrics too, as go-micro's wrapper did in the tutorial's time. An empty value is left out.
///
/// For [`ServerMetrics::unlabelled`](crate::ServerMetrics::unlabelled).
///
/// # Errors
///
/// As [`Registry::new_custom`].
pub fn registry(name: &str, id: &str, version: &str) -> prometheus::Result<Registry> {
    let identity = Identity { name: name.to_owned(), id: id.to_owned(), version: version.to_owned() };
    Registry::new_custom(None, Some(identity.labels()))
}
