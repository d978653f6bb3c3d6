//! Options of the metrics.

use std::collections::HashMap;

use prometheus::Registry;
use sharded_metrics::{Buckets, BucketsError};

use super::counters::Counters;
use super::families::Families;
use super::metrics::ServerMetrics;
use super::naming::Naming;
use crate::{Methods, MethodsError};

/// An error in the options of a [`Builder`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The methods cannot be read.
    #[error(transparent)]
    Methods(#[from] MethodsError),
    /// The histogram's bucket bounds are invalid.
    #[error(transparent)]
    Buckets(#[from] BucketsError),
    /// A label's name or value is invalid.
    #[error(transparent)]
    Prometheus(#[from] prometheus::Error),
}

/// The constant labels: the service and its instance.
#[derive(Clone, Debug, Default)]
struct Identity {
    name: String,
    id: String,
    version: String,
}

/// Builds [`ServerMetrics`].
#[derive(Debug)]
#[must_use = "call `build` to make the metrics"]
pub struct Builder {
    identity: Identity,
    descriptor_sets: Vec<Vec<u8>>,
    naming: Naming,
    buckets: Buckets,
    exemplars: bool,
}

impl Identity {
    /// The labels that are not empty. To Prometheus, an empty label is a missing one.
    fn labels(&self) -> HashMap<String, String> {
        [("micro_name", &self.name), ("micro_id", &self.id), ("micro_version", &self.version)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    }
}

/// A registry that adds the labels `micro_name`, `micro_id` and `micro_version` to all its metrics, as go-micro's wrapper
/// of 2019 does. An empty value is left out.
///
/// For metrics without these labels: [`ServerMetrics::unlabelled`].
///
/// # Errors
///
/// As [`Registry::new_custom`].
pub fn registry(name: &str, id: &str, version: &str) -> prometheus::Result<Registry> {
    let identity = Identity { name: name.to_owned(), id: id.to_owned(), version: version.to_owned() };
    Registry::new_custom(None, Some(identity.labels()))
}

impl ServerMetrics {
    /// Starts to configure the metrics of the service of this name: the label `micro_name`.
    pub fn builder(name: impl Into<String>) -> Builder {
        Builder::new(Identity { name: name.into(), ..Identity::default() })
    }

    /// Starts to configure metrics without constant labels, for a [`registry`](registry()) that adds them.
    pub fn unlabelled() -> Builder {
        Builder::new(Identity::default())
    }
}

impl Builder {
    fn new(identity: Identity) -> Self {
        Self {
            identity,
            descriptor_sets: Vec::new(),
            naming: Naming::default(),
            buckets: Buckets::default(),
            exemplars: false,
        }
    }

    /// The instance's identifier: the label `micro_id`, left out by default.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.identity.id = id.into();
        self
    }

    /// The service's version: the label `micro_version`, left out by default.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.identity.version = version.into();
        self
    }

    /// The version of go-micro's wrapper whose names are used; that of 2019 by default.
    pub fn naming(mut self, naming: Naming) -> Self {
        self.naming = naming;
        self
    }

    /// The bucket bounds of `micro_request_duration_seconds` in seconds; those of Go's Prometheus client by default.
    pub fn buckets(mut self, buckets: Buckets) -> Self {
        self.buckets = buckets;
        self
    }

    /// Keeps an exemplar of each bucket of `micro_request_duration_seconds`: the newest call with a span in a sampled
    /// trace. The spans are those of an observer in the same layer, such as a [`Tracer`](crate::trace::Tracer).
    ///
    /// [`ServerMetrics::exemplars`] returns them, for a page in OpenMetrics.
    pub fn exemplars(mut self) -> Self {
        self.exemplars = true;
        self
    }

    /// Adds the methods of an encoded `google.protobuf.FileDescriptorSet`, which `tonic-prost-build` writes with
    /// `file_descriptor_set_path`. Required at least once: only these methods get their own series.
    pub fn file_descriptor_set(mut self, encoded: &[u8]) -> Self {
        self.descriptor_sets.push(encoded.to_vec());
        self
    }

    /// Makes the metrics, with every series of every declared method at zero.
    ///
    /// The counters are never freed: build once, and clone. (A reference count that every call changes costs as much as
    /// the counting when several threads serve calls.) The first build in a process calibrates the clock: see
    /// [`Moment`](crate::Moment).
    ///
    /// # Errors
    ///
    /// If no method is declared, or labels or buckets are invalid.
    pub fn build(self) -> Result<ServerMetrics, BuildError> {
        let counters = Counters::new(Methods::read(&self.descriptor_sets)?, self.buckets, self.exemplars)?;
        let families = Families::new(self.naming, &self.identity.labels())?;
        Ok(ServerMetrics::new(counters, families))
    }
}
