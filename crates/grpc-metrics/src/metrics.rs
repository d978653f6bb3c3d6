//! The metrics of a server and of a client, as a user holds them.

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

use crate::definitions;
use crate::families::Families;
use crate::recorder::Recorder;
use crate::tally::Tally;
use crate::{Builder, ClientLayer, ServerLayer};

/// Counters and the families they are shown as. They are never freed, so that a call can hold on to
/// them without counting references, which threads would contend for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Metrics {
    recorder: &'static Recorder,
    families: &'static Families,
}

impl Metrics {
    pub(crate) fn new(recorder: Recorder, families: Families) -> Self {
        Self { recorder: Box::leak(Box::new(recorder)), families: Box::leak(Box::new(families)) }
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.families.collect(self.recorder)
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
        ServerLayer::new(Tally(self.0.recorder))
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
        ClientLayer::new(Tally(self.0.recorder))
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
