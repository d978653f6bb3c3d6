//! What is counted and under which names, said once.

use grpc_calls::Methods;

use crate::families::Families;
use crate::identity::Identity;
use crate::recorder::Recorder;
use crate::{Buckets, BuildError, Naming, ServerMetrics};

/// Builds [`ServerMetrics`].
#[derive(Debug)]
#[must_use = "nothing is counted before the metrics are built"]
pub struct Builder {
    identity: Identity,
    descriptor_sets: Vec<Vec<u8>>,
    naming: Naming,
    buckets: Buckets,
}

impl Builder {
    pub(crate) fn new(identity: Identity) -> Self {
        Self { identity, descriptor_sets: Vec::new(), naming: Naming::default(), buckets: Buckets::default() }
    }

    /// Which of the service's instances this is: the label `micro_id`, left out by default.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.identity.id = id.into();
        self
    }

    /// The service's version: the label `micro_version`, left out by default.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.identity.version = version.into();
        self
    }

    /// Which version of go-micro's wrapper the names are of; the tutorial's by default.
    pub fn naming(mut self, naming: Naming) -> Self {
        self.naming = naming;
        self
    }

    /// The buckets of `micro_request_duration_seconds`; those of Go's Prometheus client by default.
    pub fn buckets(mut self, buckets: Buckets) -> Self {
        self.buckets = buckets;
        self
    }

    /// Adds the methods of an encoded `google.protobuf.FileDescriptorSet`, as `tonic-prost-build` writes it. Needed at
    /// least once: only these methods get series of their own.
    pub fn file_descriptor_set(mut self, encoded: &[u8]) -> Self {
        self.descriptor_sets.push(encoded.to_vec());
        self
    }

    /// Checks what was said and makes the metrics, each series of each declared method at zero.
    ///
    /// What is built is never freed, to keep calls cheap: build once, and clone. The first build in a process measures
    /// the clock, for less than a millisecond, or up to 0.2 s on a busy machine.
    ///
    /// # Errors
    ///
    /// See [`BuildError`].
    pub fn build(self) -> Result<ServerMetrics, BuildError> {
        let recorder = Recorder::new(Methods::read(&self.descriptor_sets)?, self.buckets)?;
        let families = Families::new(self.naming, &self.identity.labels())?;
        Ok(ServerMetrics::new(recorder, families))
    }
}
