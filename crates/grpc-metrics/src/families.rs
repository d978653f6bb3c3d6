//! The metric families: their names and help texts, and their samples out of the counters.

use std::collections::{BTreeSet, HashMap};

use prometheus::core::Desc;
use prometheus::proto::{LabelPair, Metric, MetricFamily, MetricType};
use sharded_metrics::HistogramColumns;

use crate::BuildError;
use crate::code;
use crate::definitions::Definition;
use crate::recorder::{HANDLED, RECEIVED, Recorder, SENT, STARTED};

/// What a family takes its samples from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Started,
    Handled,
    Received,
    Sent,
    HandlingSeconds,
    ReceiveSeconds,
    SendSeconds,
}

impl Source {
    fn histogram(self, recorder: &Recorder) -> Option<&HistogramColumns> {
        match self {
            Self::HandlingSeconds => recorder.handling.as_ref(),
            Self::ReceiveSeconds => recorder.receive.as_ref(),
            Self::SendSeconds => recorder.send.as_ref(),
            Self::Started | Self::Handled | Self::Received | Self::Sent => None,
        }
    }

    fn is_histogram(self) -> bool {
        matches!(self, Self::HandlingSeconds | Self::ReceiveSeconds | Self::SendSeconds)
    }
}

/// What goes before a family's name, and labels that never change.
#[derive(Debug, Default)]
pub(crate) struct Naming {
    pub(crate) namespace: String,
    pub(crate) subsystem: String,
    pub(crate) const_labels: HashMap<String, String>,
}

impl Naming {
    fn full_name(&self, name: &str) -> String {
        let parts = [self.namespace.as_str(), self.subsystem.as_str(), name];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
    }
}

/// The families of one server or client.
#[derive(Debug)]
pub(crate) struct Families {
    families: Vec<(Source, Desc)>,
}

impl Families {
    pub(crate) fn new(
        definitions: &[Definition],
        naming: &Naming,
        recorder: &Recorder,
    ) -> Result<Self, BuildError> {
        let context_names: Vec<String> = recorder.contexts.names().map(str::to_owned).collect();
        let mut taken = BTreeSet::from(["le", "grpc_type", "grpc_service", "grpc_method", "grpc_code"]);
        for name in context_names.iter().chain(naming.const_labels.keys()) {
            if !taken.insert(name) {
                return Err(BuildError::LabelTaken(name.clone()));
            }
        }
        let mut families = Vec::new();
        for (source, name, help) in definitions {
            if source.is_histogram() && source.histogram(recorder).is_none() {
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

    pub(crate) fn descs(&self) -> Vec<&Desc> {
        self.families.iter().map(|(_, desc)| desc).collect()
    }

    /// One look at all counters. In it no method has more calls handled than started, and a
    /// histogram of handling times holds just the calls that are counted as handled.
    pub(crate) fn collect(&self, recorder: &Recorder) -> Vec<MetricFamily> {
        let rows = snapshot(recorder);
        let family = |(source, desc): &(Source, Desc)| {
            let metrics = rows.iter().flat_map(|row| row.metrics(recorder, *source, desc)).collect();
            let kind = if source.is_histogram() { MetricType::HISTOGRAM } else { MetricType::COUNTER };
            sharded_metrics::prometheus::family(desc, kind, metrics)
        };
        self.families.iter().map(family).collect()
    }
}

/// The counters of one method under one set of context values.
struct Snapshot {
    method: usize,
    context: usize,
    totals: Vec<u64>,
}

fn snapshot(recorder: &Recorder) -> Vec<Snapshot> {
    let contexts = recorder.contexts.count();
    let mut rows: Vec<Snapshot> = (0..recorder.counters.rows())
        .map(|row| {
            let mut totals = vec![0; recorder.counters.columns()];
            recorder.counters.read_row(row, &mut totals);
            Snapshot { method: row / contexts, context: row % contexts, totals }
        })
        .collect();
    // Starts are read after all ends: whatever ended before has started by now.
    for (row, snapshot) in rows.iter_mut().enumerate() {
        for column in [STARTED, RECEIVED, SENT] {
            snapshot.totals[column] = recorder.counters.read(row, column);
        }
    }
    rows.retain(|row| row.is_shown(recorder));
    rows
}

impl Snapshot {
    /// Whatever was declared is shown from the start, at zero; what stands for the rest is shown
    /// once there is something to show.
    fn is_shown(&self, recorder: &Recorder) -> bool {
        let declared =
            self.method != recorder.methods.unknown() && recorder.contexts.is_declared(self.context);
        declared || self.totals[STARTED] > 0
    }

    fn metrics(&self, recorder: &Recorder, source: Source, desc: &Desc) -> Vec<Metric> {
        let labels = |code| self.labels(recorder, desc, code);
        let counter =
            |column: usize| vec![sharded_metrics::prometheus::counter(labels(None), self.totals[column])];
        match source {
            Source::Started => counter(STARTED),
            Source::Received => counter(RECEIVED),
            Source::Sent => counter(SENT),
            Source::Handled => {
                let codes = code::NAMES.iter().zip(&self.totals[HANDLED..]);
                codes
                    .map(|(name, value)| sharded_metrics::prometheus::counter(labels(Some(name)), *value))
                    .collect()
            }
            Source::HandlingSeconds | Source::ReceiveSeconds | Source::SendSeconds => source
                .histogram(recorder)
                .map(|histogram| {
                    sharded_metrics::prometheus::histogram(labels(None), histogram, &self.totals)
                })
                .into_iter()
                .collect(),
        }
    }

    fn labels(&self, recorder: &Recorder, desc: &Desc, code: Option<&str>) -> Vec<LabelPair> {
        let method = &recorder.methods.all()[self.method];
        let own = [method.grpc_type.label(), &method.service, &method.name].into_iter().chain(code);
        sharded_metrics::prometheus::labels(desc, own.chain(recorder.contexts.values(self.context)))
    }
}
