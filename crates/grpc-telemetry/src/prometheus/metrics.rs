//! The metrics of a server and of a client.

use std::sync::Arc;

use prometheus::core::{Collector, Desc};
use prometheus::proto::{LabelPair, MetricFamily};

use super::counters::Counters;
use super::families::Families;
use super::recorder::Recorder;
use crate::exemplars;
use crate::{ClientLayer, Exemplar, ServerLayer};

/// Counters and the families that export them.
#[derive(Clone, Debug)]
pub(super) struct Metrics {
    /// Never freed: each call refers to the counters, and a reference count would be contended between threads.
    counters: &'static Counters,
    families: Arc<Families>,
}

impl Metrics {
    pub(super) fn new(counters: Counters, families: Families) -> Self {
        Self { counters: Box::leak(Box::new(counters)), families: Arc::new(families) }
    }

    fn recorder(&self) -> Recorder {
        Recorder::new(self.counters)
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.families.collect(self.counters)
    }

    fn exemplars(&self, family: &str, labels: &[LabelPair]) -> Vec<Exemplar> {
        if !self.families.is_handling(family) {
            return Vec::new();
        }
        let series = self.counters.find(|name| exemplars::label(labels, name));
        series.map_or_else(Vec::new, |series| self.counters.exemplars(series))
    }
}

/// The metrics of a server. Clones share the counters: register one, and wrap the server in the [`layer`](Self::layer).
#[derive(Clone, Debug)]
pub struct ServerMetrics(pub(super) Metrics);

impl ServerMetrics {
    /// A layer that counts the calls that a service handles.
    pub fn layer(&self) -> ServerLayer<Recorder> {
        ServerLayer::new(self.recorder())
    }

    /// The layer's observer, to combine with others.
    pub fn recorder(&self) -> Recorder {
        self.0.recorder()
    }

    /// The exemplars of a series of the handling histogram, at most one for each bucket. `family` is the histogram's name,
    /// without a prefix of the registry, and `labels` are those of the series, with or without labels of the registry.
    ///
    /// None unless [`Builder::exemplars`](super::Builder::exemplars) enables them.
    pub fn exemplars(&self, family: &str, labels: &[LabelPair]) -> Vec<Exemplar> {
        self.0.exemplars(family, labels)
    }
}

impl Collector for ServerMetrics {
    fn desc(&self) -> Vec<&Desc> {
        self.0.families.descs()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.0.collect()
    }
}

/// The metrics of a client. Clones share the counters: register one, and wrap each channel in the
/// [`layer`](Self::layer).
#[derive(Clone, Debug)]
pub struct ClientMetrics(pub(super) Metrics);

impl ClientMetrics {
    /// A layer that counts the calls that are made through a channel.
    pub fn layer(&self) -> ClientLayer<Recorder> {
        ClientLayer::new(self.recorder())
    }

    /// The layer's observer, to combine with others.
    pub fn recorder(&self) -> Recorder {
        self.0.recorder()
    }

    /// The exemplars of a series of the handling histogram, at most one for each bucket. `family` is the histogram's name,
    /// without a prefix of the registry, and `labels` are those of the series, with or without labels of the registry.
    ///
    /// None unless [`Builder::exemplars`](super::Builder::exemplars) enables them.
    pub fn exemplars(&self, family: &str, labels: &[LabelPair]) -> Vec<Exemplar> {
        self.0.exemplars(family, labels)
    }
}

impl Collector for ClientMetrics {
    fn desc(&self) -> Vec<&Desc> {
        self.0.families.descs()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.0.collect()
    }
}
