//! The page of a registry.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use prometheus::proto::{LabelPair, MetricFamily};
use prometheus::{Encoder, Registry, TextEncoder};

use super::exemplar::{Exemplar, Source};
use super::format::Format;
use super::{OPEN_METRICS_END, open_metrics};

/// Chunks end at the first family beyond this size.
const CHUNK_BYTES: usize = 32 * 1024;

/// A page with the metrics of a registry, and with exemplars in OpenMetrics.
#[derive(Clone)]
pub struct MetricsPage {
    registry: Registry,
    exemplars: Vec<Source>,
}

impl From<Registry> for MetricsPage {
    fn from(registry: Registry) -> Self {
        Self { registry, exemplars: Vec::new() }
    }
}

impl MetricsPage {
    /// Adds exemplars to those of other sources. At each scrape in OpenMetrics, `source` is called once per series of a
    /// counter or histogram, with the name of its family (such as `calls_total`) and its labels. The page shows the newest
    /// exemplar of a counter, and of each bucket of a histogram.
    #[must_use]
    pub fn with_exemplars<E: Into<Exemplar>>(
        mut self,
        source: impl Fn(&str, &[LabelPair]) -> Vec<E> + Send + Sync + 'static,
    ) -> Self {
        self.exemplars.push(Arc::new(move |family, labels| {
            source(family, labels).into_iter().map(Into::into).collect()
        }));
        self
    }

    /// The page as chunks of whole families. The values are those at the time of this call.
    pub fn chunks(&self, format: Format) -> impl Iterator<Item = prometheus::Result<Bytes>> + Send + 'static {
        let families = self.registry.gather();
        let names = families.iter().map(|family| family.name().to_owned()).collect();
        let end = format.is_open_metrics().then_some(OPEN_METRICS_END);
        Chunks { families: families.into_iter(), names, format, exemplars: self.exemplars.clone(), end }
    }
}

impl fmt::Debug for MetricsPage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MetricsPage").field("exemplars", &self.exemplars.len()).finish()
    }
}

struct Chunks {
    families: std::vec::IntoIter<MetricFamily>,
    names: BTreeSet<String>,
    format: Format,
    exemplars: Vec<Source>,
    end: Option<&'static [u8]>,
}

impl Iterator for Chunks {
    type Item = prometheus::Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut out = Vec::with_capacity(CHUNK_BYTES);
        while out.len() < CHUNK_BYTES
            && let Some(family) = self.families.next()
        {
            if let Err(error) = self.write(&mut out, &family) {
                tracing::error!(%error, "cannot encode metrics");
                return Some(Err(error));
            }
        }
        if self.families.len() == 0
            && let Some(end) = self.end.take()
        {
            out.extend_from_slice(end);
        }
        (!out.is_empty()).then(|| Ok(out.into()))
    }
}

impl Chunks {
    fn write(&self, out: &mut Vec<u8>, family: &MetricFamily) -> prometheus::Result<()> {
        if !self.format.is_open_metrics() {
            return TextEncoder::new().encode(std::slice::from_ref(family), out);
        }
        let exemplars = |labels: &[LabelPair]| {
            self.exemplars.iter().flat_map(|source| source(family.name(), labels)).collect()
        };
        open_metrics::write_family(out, family, |name| self.names.contains(name), exemplars);
        Ok(())
    }
}
