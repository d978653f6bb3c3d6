//! The metrics of a server.

use std::sync::Arc;

use prometheus::core::{Collector, Desc};
use prometheus::proto::{LabelPair, MetricFamily};

use super::counters::Counters;
use super::families::Families;
use super::recorder::Recorder;
use crate::{Exemplar, ServerLayer};

/// The metrics of a server. Clones share the counters: register one, and wrap the server in the [`layer`](Self::layer).
#[derive(Clone, Debug)]
pub struct ServerMetrics {
    /// Never freed: each call refers to the counters, and a reference count would be contended between threads.
    counters: &'static Counters,
    families: Arc<Families>,
}

impl ServerMetrics {
    pub(super) fn new(counters: Counters, families: Families) -> Self {
        Self { counters: Box::leak(Box::new(counters)), families: Arc::new(families) }
    }

    /// A layer that counts the calls that a service handles.
    pub fn layer(&self) -> ServerLayer<Recorder> {
        ServerLayer::new(self.recorder())
    }

    /// The layer's observer, to combine with others.
    pub fn recorder(&self) -> Recorder {
        Recorder::new(self.counters)
    }

    /// The exemplars of a series of `micro_request_duration_seconds`, at most one for each bucket. `family` is the series'
    /// family, without a prefix of the registry, and `labels` are those of the series, with or without labels of the
    /// registry.
    ///
    /// None unless [`Builder::exemplars`](super::Builder::exemplars) enables them.
    pub fn exemplars(&self, family: &str, labels: &[LabelPair]) -> Vec<Exemplar> {
        let endpoint = self.families.endpoint_of(family, labels);
        endpoint.map_or_else(Vec::new, |endpoint| self.counters.exemplars(endpoint))
    }
}

impl Collector for ServerMetrics {
    fn desc(&self) -> Vec<&Desc> {
        self.families.descs()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.families.collect(self.counters, self.counters.now())
    }
}
