//! The metrics of a server, as a user holds them.

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

use crate::families::Families;
use crate::identity::Identity;
use crate::recorder::Recorder;
use crate::tally::Tally;
use crate::{Builder, ServerLayer};

/// What a server counts; cheap to clone. Register it once, and wrap the server with [`layer`](Self::layer).
///
/// It is never freed, so that a call can hold on to the counters without counting references, which threads would
/// contend for.
#[derive(Clone, Debug)]
pub struct ServerMetrics {
    recorder: &'static Recorder,
    families: &'static Families,
}

impl ServerMetrics {
    /// Begins to say what is counted, by the service of this name: the label `micro_name`.
    pub fn builder(name: impl Into<String>) -> Builder {
        Builder::new(Identity { name: name.into(), ..Identity::default() })
    }

    /// As [`builder`](Self::builder), for a [`registry`](crate::registry()) that puts the constant labels on all that it
    /// shows.
    pub fn unlabelled() -> Builder {
        Builder::new(Identity::default())
    }

    pub(crate) fn new(recorder: Recorder, families: Families) -> Self {
        Self { recorder: Box::leak(Box::new(recorder)), families: Box::leak(Box::new(families)) }
    }

    /// The layer that counts.
    pub fn layer(&self) -> ServerLayer {
        ServerLayer::new(Tally(self.recorder))
    }
}

impl Collector for ServerMetrics {
    fn desc(&self) -> Vec<&Desc> {
        self.families.descs()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.families.collect(self.recorder, self.recorder.now())
    }
}
