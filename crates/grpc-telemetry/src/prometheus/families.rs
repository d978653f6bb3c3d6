//! Metric families, collected from the counters.

use std::collections::{BTreeSet, HashMap};

use prometheus::core::Desc;
use prometheus::proto::{LabelPair, Metric, MetricFamily, MetricType};
use sharded_metrics::HistogramColumns;
use sharded_metrics::prometheus::{counter, family, histogram, labels};

use super::counters::{Counters, HANDLED, RECEIVED, SENT, STARTED};
use super::definitions::{CODE_NAMES, Definition, Source};
use super::error::BuildError;

impl Source {
    fn histogram(self, counters: &Counters) -> Option<&HistogramColumns> {
        match self {
            Self::HandlingSeconds => counters.handling.as_ref(),
            Self::ReceiveSeconds => counters.receive.as_ref(),
            Self::SendSeconds => counters.send.as_ref(),
            Self::Started | Self::Handled | Self::Received | Self::Sent => None,
        }
    }

    fn is_histogram(self) -> bool {
        matches!(self, Self::HandlingSeconds | Self::ReceiveSeconds | Self::SendSeconds)
    }
}

/// The prefix of every family's name, and labels with one value.
#[derive(Debug, Default)]
pub(super) struct Naming {
    pub(super) namespace: String,
    pub(super) subsystem: String,
    pub(super) const_labels: HashMap<String, String>,
}

impl Naming {
    fn full_name(&self, name: &str) -> String {
        let parts = [self.namespace.as_str(), self.subsystem.as_str(), name];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
    }
}

/// The families of one server or client.
#[derive(Debug)]
pub(super) struct Families {
    families: Vec<(Source, Desc)>,
}

impl Families {
    pub(super) fn new(
        definitions: &[Definition],
        naming: &Naming,
        counters: &Counters,
    ) -> Result<Self, BuildError> {
        let context_names: Vec<String> = counters.contexts.names().map(str::to_owned).collect();
        let mut names = BTreeSet::from(["le", "grpc_type", "grpc_service", "grpc_method", "grpc_code"]);
        for name in context_names.iter().chain(naming.const_labels.keys()) {
            if !names.insert(name) {
                return Err(BuildError::DuplicateLabel(name.clone()));
            }
        }
        let mut families = Vec::new();
        for (source, name, help) in definitions {
            if source.is_histogram() && source.histogram(counters).is_none() {
                continue;
            }
            let code = (*source == Source::Handled).then_some("grpc_code");
            let labels = ["grpc_type", "grpc_service", "grpc_method"].into_iter().chain(code);
            let desc = Desc::new(
                naming.full_name(name),
                (*help).to_owned(),
                labels.map(str::to_owned).chain(context_names.iter().cloned()).collect(),
                naming.const_labels.clone(),
            )?;
            families.push((*source, desc));
        }
        Ok(Self { families })
    }

    pub(super) fn descs(&self) -> Vec<&Desc> {
        self.families.iter().map(|(_, desc)| desc).collect()
    }

    /// Whether this is the name of the handling histogram.
    pub(super) fn is_handling(&self, name: &str) -> bool {
        self.families.iter().any(|(source, desc)| *source == Source::HandlingSeconds && desc.fq_name == name)
    }

    /// Collects all families from one snapshot. In it, no method has more calls handled than started, and the
    /// handling histogram contains exactly the calls that are handled.
    pub(super) fn collect(&self, counters: &Counters) -> Vec<MetricFamily> {
        let rows = snapshot(counters);
        let to_family = |(source, desc): &(Source, Desc)| {
            let metrics = rows.iter().flat_map(|row| row.metrics(counters, *source, desc)).collect();
            let kind = if source.is_histogram() { MetricType::HISTOGRAM } else { MetricType::COUNTER };
            family(desc, kind, metrics)
        };
        self.families.iter().map(to_family).collect()
    }
}

/// A snapshot of one method's counters in one context.
struct Snapshot {
    method: usize,
    context: usize,
    totals: Vec<u64>,
}

fn snapshot(counters: &Counters) -> Vec<Snapshot> {
    let contexts = counters.contexts.count();
    let mut rows: Vec<Snapshot> = (0..counters.table.rows())
        .map(|row| {
            let mut totals = vec![0; counters.table.columns()];
            counters.table.read_row(row, &mut totals);
            Snapshot { method: row / contexts, context: row % contexts, totals }
        })
        .collect();
    // Read again after the ends, so that every call that has ended is counted as started.
    for (row, snapshot) in rows.iter_mut().enumerate() {
        for column in [STARTED, RECEIVED, SENT] {
            snapshot.totals[column] = counters.table.read(row, column);
        }
    }
    rows.retain(|row| row.is_exported(counters));
    rows
}

impl Snapshot {
    /// Declared methods and label values are exported from the start, at zero; `unknown` and `other` after their first
    /// call.
    fn is_exported(&self, counters: &Counters) -> bool {
        let declared =
            self.method != counters.methods.unknown() && counters.contexts.is_declared(self.context);
        declared || self.totals[STARTED] > 0
    }

    fn metrics(&self, counters: &Counters, source: Source, desc: &Desc) -> Vec<Metric> {
        let labels = |code| self.labels(counters, desc, code);
        let count = |column: usize| vec![counter(labels(None), self.totals[column])];
        match source {
            Source::Started => count(STARTED),
            Source::Received => count(RECEIVED),
            Source::Sent => count(SENT),
            Source::Handled => {
                let codes = CODE_NAMES.iter().zip(&self.totals[HANDLED..]);
                codes.map(|(name, value)| counter(labels(Some(name)), *value)).collect()
            }
            Source::HandlingSeconds | Source::ReceiveSeconds | Source::SendSeconds => source
                .histogram(counters)
                .map(|columns| histogram(labels(None), columns, &self.totals))
                .into_iter()
                .collect(),
        }
    }

    fn labels(&self, counters: &Counters, desc: &Desc, code: Option<&str>) -> Vec<LabelPair> {
        let method = &counters.methods.all()[self.method];
        let own = [method.grpc_type.label(), &method.service, &method.name].into_iter().chain(code);
        labels(desc, own.chain(counters.contexts.values(self.context)))
    }
}
