//! The metrics of a server and of a client, as a user holds them.

use std::sync::Arc;

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

use crate::definitions;
use crate::families::Families;
use crate::recorder::Recorder;
use crate::{Builder, ClientLayer, ServerLayer};

/// Counters and the families they are shown as.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    recorder: Arc<Recorder>,
    families: Arc<Families>,
}

impl Metrics {
    pub(crate) fn new(recorder: Recorder, families: Families) -> Self {
        Self { recorder: Arc::new(recorder), families: Arc::new(families) }
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.families.collect(&self.recorder)
    }
}

/// What a server counts; cheap to clone. Register it once, and wrap the server with
/// [`layer`](Self::layer).
#[derive(Clone, Debug)]
pub struct ServerMetrics(Metrics);

impl ServerMetrics {
    /// Begins to say what is counted.
    pub fn builder() -> Builder<Self> {
        Builder::new(definitions::SERVER, Self)
    }

    /// The layer that counts.
    pub fn layer(&self) -> ServerLayer {
        ServerLayer::new(Arc::clone(&self.0.recorder))
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

/// What a client counts; cheap to clone. Register it once, and wrap each channel with
/// [`layer`](Self::layer).
#[derive(Clone, Debug)]
pub struct ClientMetrics(Metrics);

impl ClientMetrics {
    /// Begins to say what is counted.
    pub fn builder() -> Builder<Self> {
        Builder::new(definitions::CLIENT, Self)
    }

    /// The layer that counts.
    pub fn layer(&self) -> ClientLayer {
        ClientLayer::new(Arc::clone(&self.0.recorder))
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
