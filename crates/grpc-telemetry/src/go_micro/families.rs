//! The three metric families, collected from the counters.

use std::collections::HashMap;
use std::time::Instant;

use prometheus::core::Desc;
use prometheus::proto::{LabelPair, Metric, MetricFamily, MetricType, Quantile, Summary};
use sharded_metrics::prometheus::{counter, family, histogram, labels};

use super::counters::{Counters, Snapshot};
use super::naming::{Definition, Naming};
use crate::exemplars;

const QUANTILES: [f64; 3] = [0.5, 0.9, 0.99];

#[derive(Debug)]
pub(super) struct Families {
    total: Desc,
    latency: Desc,
    duration: Desc,
}

impl Families {
    pub(super) fn new(naming: Naming, constant: &HashMap<String, String>) -> prometheus::Result<Self> {
        let desc = |(name, help): Definition, labels: &[&str]| {
            let labels = labels.iter().map(|label| (*label).to_owned()).collect();
            Desc::new(name.to_owned(), help.to_owned(), labels, constant.clone())
        };
        Ok(Self {
            total: desc(naming.total(), &[naming.endpoint(), naming.status()])?,
            latency: desc(naming.latency(), &[naming.endpoint()])?,
            duration: desc(naming.duration(), &[naming.endpoint()])?,
        })
    }

    pub(super) fn descs(&self) -> Vec<&Desc> {
        vec![&self.total, &self.latency, &self.duration]
    }

    /// The endpoint of a series of the histogram, or `None` for a series of another family.
    pub(super) fn endpoint_of<'a>(&self, family: &str, labels: &'a [LabelPair]) -> Option<&'a str> {
        if self.duration.fq_name != family {
            return None;
        }
        exemplars::label(labels, self.duration.variable_labels.first()?)
    }

    /// Collects the families. For each endpoint, all three contain the same calls.
    pub(super) fn collect(&self, counters: &Counters, now: Instant) -> Vec<MetricFamily> {
        let (mut totals, mut latencies, mut durations) = (Vec::new(), Vec::new(), Vec::new());
        for (endpoint, name) in counters.endpoints.names().iter().enumerate() {
            let snapshot = counters.snapshot(endpoint, now);
            // Declared methods are exported from the start, at zero; `unknown` after its first call.
            if endpoint == counters.endpoints.unknown() && snapshot.calls() == 0 {
                continue;
            }
            for (status, calls) in [("success", snapshot.success()), ("fail", snapshot.fail())] {
                let labels = labels(&self.total, [name.as_str(), status]);
                totals.push(counter(labels, calls));
            }
            let labels = |desc| labels(desc, [name.as_str()]);
            latencies.push(summary(
                labels(&self.latency),
                &snapshot,
                counters.duration.sum_nanos(snapshot.totals()),
            ));
            durations.push(histogram(labels(&self.duration), &counters.duration, snapshot.totals()));
        }
        vec![
            family(&self.total, MetricType::COUNTER, totals),
            family(&self.latency, MetricType::SUMMARY, latencies),
            family(&self.duration, MetricType::HISTOGRAM, durations),
        ]
    }
}

/// The quantiles of the window, and the count and sum of all calls, in microseconds.
fn summary(labels: Vec<LabelPair>, snapshot: &Snapshot, nanos: u64) -> Metric {
    let quantiles = QUANTILES.map(|q| {
        let mut quantile = Quantile::default();
        quantile.set_quantile(q);
        quantile.set_value(snapshot.latency.quantile(q) / 1e3);
        quantile
    });
    let mut summary = Summary::default();
    summary.set_quantile(quantiles.into());
    summary.set_sample_count(snapshot.calls());
    summary.set_sample_sum(nanos as f64 / 1e3);
    let mut metric = Metric::from_label(labels);
    metric.set_summary(summary);
    metric
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use sharded_metrics::Buckets;

    use super::*;
    use crate::Methods;

    fn counters() -> Counters {
        let methods = Methods::read(&[tonic_health::pb::FILE_DESCRIPTOR_SET]).unwrap();
        Counters::new(methods, Buckets::default(), false).unwrap()
    }

    /// The summary of the first endpoint.
    fn latency(counters: &Counters, now: Instant) -> Summary {
        let families = Families::new(Naming::V2019, &HashMap::new()).unwrap().collect(counters, now);
        let summary: &Summary = families[1].get_metric()[0].get_summary();
        summary.clone()
    }

    fn quantiles(summary: &Summary) -> Vec<f64> {
        summary.get_quantile().iter().map(Quantile::value).collect()
    }

    /// The `q`-quantile: the smallest value such that at least the fraction `q` of all values is not greater.
    fn exact(sorted: &[u64], q: f64) -> f64 {
        let rank = (q * sorted.len() as f64).ceil() as usize;
        sorted[rank.max(1) - 1] as f64
    }

    proptest! {
        /// From a nanosecond to an hour, distributed log-uniformly.
        #[test]
        fn quantiles_are_within_one_percent(
            exponents in prop::collection::vec(0.0..12.5f64, 1..400),
        ) {
            let counters = counters();
            let now = counters.now();
            let mut nanos: Vec<u64> = exponents.iter().map(|exponent| 10f64.powf(*exponent) as u64).collect();
            for nanos in &nanos {
                counters.handled_at(0, true, Duration::from_nanos(*nanos), now);
            }
            nanos.sort_unstable();
            let summary = latency(&counters, now);
            for (q, found) in QUANTILES.iter().zip(quantiles(&summary)) {
                let exact = exact(&nanos, *q) / 1e3;
                prop_assert!((found - exact).abs() <= exact * 0.01, "{q}: {found} µs, expected {exact} µs");
            }
            prop_assert_eq!(summary.sample_count(), nanos.len() as u64);
            prop_assert_eq!(summary.sample_sum(), nanos.iter().sum::<u64>() as f64 / 1e3);
        }
    }

    #[test]
    fn empty_window_keeps_count_and_sum() {
        let counters = counters();
        let start = counters.now();
        assert!(quantiles(&latency(&counters, start)).iter().all(|value| value.is_nan()));

        counters.handled_at(0, true, Duration::from_micros(70), start);
        counters.handled_at(0, false, Duration::from_micros(30), start);
        assert_eq!(quantiles(&latency(&counters, start)), [30.0, 70.0, 70.0]);

        let summary = latency(&counters, start + Duration::from_secs(11 * 60));
        assert!(quantiles(&summary).iter().all(|value| value.is_nan()));
        assert_eq!((summary.sample_count(), summary.sample_sum()), (2, 100.0));
    }

    #[test]
    fn calls_leave_window_without_scrapes() {
        let counters = counters();
        let start = counters.now();
        let at = |minutes: u64| start + Duration::from_secs(minutes * 60);
        for (minutes, nanos) in [(0, 1), (3, 2), (7, 4), (11, 8)] {
            counters.handled_at(0, true, Duration::from_nanos(nanos), at(minutes));
        }
        // The first has left the window.
        assert_eq!(quantiles(&latency(&counters, at(11))), [0.004, 0.008, 0.008]);
    }
}
