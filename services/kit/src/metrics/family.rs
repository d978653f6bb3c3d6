//! A metric family whose values are supplied at the scrape.

use std::collections::HashMap;

use prometheus::core::Desc;
use prometheus::proto::{Counter, Gauge, LabelPair, Metric, MetricFamily, MetricType};

/// Name, help and type of a metric with at most one label.
pub(super) struct Family {
    desc: Desc,
    kind: MetricType,
    label: Option<&'static str>,
}

impl Family {
    pub(super) fn counter(name: &str, help: &str) -> Self {
        Self::new(name, help, MetricType::COUNTER, None)
    }

    pub(super) fn gauge(name: &str, help: &str) -> Self {
        Self::new(name, help, MetricType::GAUGE, None)
    }

    pub(super) fn indexed_counter(label: &'static str, name: &str, help: &str) -> Self {
        Self::new(name, help, MetricType::COUNTER, Some(label))
    }

    fn new(name: &str, help: &str, kind: MetricType, label: Option<&'static str>) -> Self {
        let labels = label.iter().map(|&label| label.to_owned()).collect();
        let desc = Desc::new(name.into(), help.into(), labels, HashMap::new())
            .expect("names and help texts in this module are valid");
        Self { desc, kind, label }
    }

    pub(super) fn desc(&self) -> &Desc {
        &self.desc
    }

    /// The family with one series, without labels.
    pub(super) fn single(&self, value: f64) -> MetricFamily {
        self.family(vec![self.metric(value)])
    }

    /// The family with one series per value, labelled 0, 1, 2, ...
    pub(super) fn indexed(&self, values: impl Iterator<Item = f64>) -> MetricFamily {
        let metrics = values.enumerate().map(|(index, value)| {
            let mut metric = self.metric(value);
            let mut pair = LabelPair::default();
            pair.set_name(self.label.unwrap_or_default().into());
            pair.set_value(index.to_string());
            metric.set_label(vec![pair]);
            metric
        });
        self.family(metrics.collect())
    }

    fn metric(&self, value: f64) -> Metric {
        let mut metric = Metric::default();
        if self.kind == MetricType::COUNTER {
            let mut counter = Counter::default();
            counter.set_value(value);
            metric.set_counter(counter);
        } else {
            let mut gauge = Gauge::default();
            gauge.set_value(value);
            metric.set_gauge(gauge);
        }
        metric
    }

    fn family(&self, metrics: Vec<Metric>) -> MetricFamily {
        let mut family = MetricFamily::default();
        family.set_name(self.desc.fq_name.clone());
        family.set_help(self.desc.help.clone());
        family.set_field_type(self.kind);
        family.set_metric(metrics);
        family
    }
}
