//! Exemplars of a histogram of the crate `prometheus`, which keeps none itself.

use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use opentelemetry::trace::SpanContext;
use opentelemetry::{SpanId, TraceId};
use prometheus::proto::LabelPair;

use super::Exemplar;

/// The newest exemplar of each bucket of a histogram's series.
#[derive(Debug)]
pub struct RecentExemplars {
    family: String,
    label_names: Vec<String>,
    bounds: Vec<f64>,
    /// Few: searched from the start.
    series: Mutex<Vec<Series>>,
}

#[derive(Debug)]
struct Series {
    label_values: Vec<String>,
    /// One for each bucket, +Inf last.
    newest: Vec<Option<Observation>>,
}

#[derive(Debug, Clone, Copy)]
struct Observation {
    trace_id: TraceId,
    span_id: SpanId,
    value: f64,
    time: SystemTime,
}

impl RecentExemplars {
    /// For the histogram with this name, these label names, and these ascending bounds, without +Inf.
    #[must_use]
    pub fn new(family: &str, label_names: &[&str], bounds: &[f64]) -> Self {
        let label_names = label_names.iter().map(|name| (*name).to_owned()).collect();
        Self { family: family.to_owned(), label_names, bounds: bounds.to_vec(), series: Mutex::default() }
    }

    /// Replaces the exemplar of the value's bucket by this observation, made in `span`. Without effect while another
    /// thread does the same.
    pub fn record(&self, label_values: &[&str], value: f64, span: &SpanContext) {
        let Ok(mut all) = self.series.try_lock() else { return };
        let is_same = |series: &Series| series.label_values.iter().eq(label_values);
        let at = all.iter().position(is_same).unwrap_or_else(|| {
            let label_values = label_values.iter().map(|value| (*value).to_owned()).collect();
            all.push(Series { label_values, newest: vec![None; self.bounds.len() + 1] });
            all.len() - 1
        });
        let bucket = self.bounds.iter().position(|bound| value <= *bound).unwrap_or(self.bounds.len());
        let (trace_id, span_id) = (span.trace_id(), span.span_id());
        all[at].newest[bucket] = Some(Observation { trace_id, span_id, value, time: SystemTime::now() });
    }

    /// The exemplars of a series, for [`MetricsPage::with_exemplars`](super::MetricsPage::with_exemplars).
    #[must_use]
    pub fn of(&self, family: &str, labels: &[LabelPair]) -> Vec<Exemplar> {
        if family != self.family {
            return Vec::new();
        }
        let all = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        // An empty label is a missing one.
        let has = |(name, value): (&String, &String)| {
            labels.iter().find(|label| label.name() == name).map_or("", LabelPair::value) == value
        };
        let found = all.iter().find(|series| self.label_names.iter().zip(&series.label_values).all(has));
        let newest = found.map_or(&[][..], |series| &series.newest);
        newest.iter().flatten().copied().map(Observation::to_exemplar).collect()
    }
}

impl Observation {
    fn to_exemplar(self) -> Exemplar {
        Exemplar::in_span(self.trace_id, self.span_id, self.value, self.time)
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{TraceFlags, TraceState};
    use prometheus::proto::LabelPair;

    use super::*;

    fn span(id: u64) -> SpanContext {
        let (trace_id, span_id) = (TraceId::from(u128::from(id)), SpanId::from(id));
        SpanContext::new(trace_id, span_id, TraceFlags::SAMPLED, false, TraceState::default())
    }

    fn labels(pairs: &[(&str, &str)]) -> Vec<LabelPair> {
        let pair = |(name, value): &(&str, &str)| {
            let mut pair = LabelPair::default();
            pair.set_name((*name).to_owned());
            pair.set_value((*value).to_owned());
            pair
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn a_series_has_the_newest_observation_of_each_bucket() {
        let exemplars = RecentExemplars::new("tea_seconds", &["kind", "size"], &[0.5, 1.0]);
        let green = ["green", "large"];
        for (value, id) in [(0.5, 1), (0.25, 2), (1.0, 3), (7.0, 4)] {
            exemplars.record(&green, value, &span(id));
        }
        exemplars.record(&["black", "large"], 0.1, &span(5));
        let found = |family, pairs: &[(&str, &str)]| -> Vec<f64> {
            exemplars.of(family, &labels(pairs)).iter().map(|one| one.value).collect()
        };
        // A registry may add labels, and sorts all of them.
        let of_green = [("host", "a"), ("kind", "green"), ("size", "large")];
        assert_eq!(found("tea_seconds", &of_green), [0.25, 1.0, 7.0]);
        assert_eq!(found("tea_seconds", &[("kind", "black"), ("size", "large")]), [0.1]);
        assert_eq!(found("tea_seconds", &[("kind", "green"), ("size", "small")]), [0.0; 0]);
        assert_eq!(found("coffee_seconds", &of_green), [0.0; 0]);
        let newest = &exemplars.of("tea_seconds", &labels(&of_green))[0];
        let expected = [("trace_id", format!("{:032x}", 2)), ("span_id", format!("{:016x}", 2))];
        assert_eq!(newest.labels, expected.map(|(name, value)| (name.to_owned(), value)));
    }
}
