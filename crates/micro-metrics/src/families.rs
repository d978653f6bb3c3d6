//! The three families, and their samples out of the counters.

use std::collections::HashMap;
use std::time::Instant;

use prometheus::core::Desc;
use prometheus::proto::{LabelPair, Metric, MetricFamily, MetricType, Quantile, Summary};

use crate::Naming;
use crate::naming::Definition;
use crate::recorder::{Look, Recorder};

const QUANTILES: [f64; 3] = [0.5, 0.9, 0.99];

#[derive(Debug)]
pub(crate) struct Families {
    total: Desc,
    latency: Desc,
    duration: Desc,
}

impl Families {
    pub(crate) fn new(naming: Naming, constant: &HashMap<String, String>) -> prometheus::Result<Self> {
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

    pub(crate) fn descs(&self) -> Vec<&Desc> {
        vec![&self.total, &self.latency, &self.duration]
    }

    /// One look at all counters: of each endpoint, the three families hold the same calls.
    pub(crate) fn collect(&self, recorder: &Recorder, now: Instant) -> Vec<MetricFamily> {
        let (mut totals, mut latencies, mut durations) = (Vec::new(), Vec::new(), Vec::new());
        for (endpoint, name) in recorder.endpoints.names().iter().enumerate() {
            let look = recorder.look(endpoint, now);
            // What was declared is shown from the start, at zero.
            if endpoint == recorder.endpoints.unknown() && look.calls() == 0 {
                continue;
            }
            for (status, calls) in [("success", look.success()), ("fail", look.fail())] {
                let labels = sharded_metrics::prometheus::labels(&self.total, [name.as_str(), status]);
                totals.push(sharded_metrics::prometheus::counter(labels, calls));
            }
            let labels = |desc| sharded_metrics::prometheus::labels(desc, [name.as_str()]);
            latencies.push(summary(labels(&self.latency), &look, recorder.duration.sum_nanos(look.sums())));
            durations.push(sharded_metrics::prometheus::histogram(
                labels(&self.duration),
                &recorder.duration,
                look.sums(),
            ));
        }
        vec![
            sharded_metrics::prometheus::family(&self.total, MetricType::COUNTER, totals),
            sharded_metrics::prometheus::family(&self.latency, MetricType::SUMMARY, latencies),
            sharded_metrics::prometheus::family(&self.duration, MetricType::HISTOGRAM, durations),
        ]
    }
}

/// The window's quantiles, and the count and sum of all times, in microseconds.
fn summary(labels: Vec<LabelPair>, look: &Look, nanos: u64) -> Metric {
    let quantiles = QUANTILES.map(|q| {
        let mut quantile = Quantile::default();
        quantile.set_quantile(q);
        quantile.set_value(look.latency.quantile(q) / 1e3);
        quantile
    });
    let mut summary = Summary::default();
    summary.set_quantile(quantiles.into());
    summary.set_sample_count(look.calls());
    summary.set_sample_sum(nanos as f64 / 1e3);
    let mut metric = Metric::from_label(labels);
    metric.set_summary(summary);
    metric
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use grpc_calls::Methods;
    use proptest::prelude::*;

    use super::*;
    use crate::Buckets;

    fn recorder() -> Recorder {
        let methods = Methods::read(&[testkit::grpc::ping::FILE_DESCRIPTOR_SET]).unwrap();
        Recorder::new(methods, Buckets::default()).unwrap()
    }

    /// The summary of the first endpoint.
    fn latency(recorder: &Recorder, now: Instant) -> Summary {
        let families = Families::new(Naming::Tutorial, &HashMap::new()).unwrap().collect(recorder, now);
        families[1].get_metric()[0].get_summary().clone()
    }

    fn quantiles(summary: &Summary) -> Vec<f64> {
        summary.get_quantile().iter().map(Quantile::value).collect()
    }

    /// The smallest of the sorted values that at least this part of them does not exceed.
    fn exact(sorted: &[u64], q: f64) -> f64 {
        let rank = (q * sorted.len() as f64).ceil() as usize;
        sorted[rank.max(1) - 1] as f64
    }

    proptest! {
        /// From a nanosecond to an hour, each order of magnitude as likely as any other.
        #[test]
        fn quantiles_are_within_a_hundredth_of_the_exact_ones(
            exponents in prop::collection::vec(0.0..12.5f64, 1..400),
        ) {
            let recorder = recorder();
            let now = recorder.now();
            let mut nanos: Vec<u64> = exponents.iter().map(|exponent| 10f64.powf(*exponent) as u64).collect();
            for nanos in &nanos {
                recorder.handled(0, true, Duration::from_nanos(*nanos), now);
            }
            nanos.sort_unstable();
            let summary = latency(&recorder, now);
            for (q, found) in QUANTILES.iter().zip(quantiles(&summary)) {
                let exact = exact(&nanos, *q) / 1e3;
                prop_assert!((found - exact).abs() <= exact * 0.01, "{q}: {found} µs, exactly {exact} µs");
            }
            prop_assert_eq!(summary.sample_count(), nanos.len() as u64);
            prop_assert_eq!(summary.sample_sum(), nanos.iter().sum::<u64>() as f64 / 1e3);
        }
    }

    #[test]
    fn an_empty_window_has_no_quantiles_and_all_that_ever_was_in_its_sum() {
        let recorder = recorder();
        let begin = recorder.now();
        assert!(quantiles(&latency(&recorder, begin)).iter().all(|value| value.is_nan()));

        recorder.handled(0, true, Duration::from_micros(70), begin);
        recorder.handled(0, false, Duration::from_micros(30), begin);
        assert_eq!(quantiles(&latency(&recorder, begin)), [30.0, 70.0, 70.0]);

        let summary = latency(&recorder, begin + Duration::from_secs(11 * 60));
        assert!(quantiles(&summary).iter().all(|value| value.is_nan()));
        assert_eq!((summary.sample_count(), summary.sample_sum()), (2, 100.0));
    }

    #[test]
    fn calls_leave_the_window_though_nobody_scrapes() {
        let recorder = recorder();
        let begin = recorder.now();
        let at = |minutes: u64| begin + Duration::from_secs(minutes * 60);
        for (minutes, nanos) in [(0, 1), (3, 2), (7, 4), (11, 8)] {
            recorder.handled(0, true, Duration::from_nanos(nanos), at(minutes));
        }
        // The first is gone.
        assert_eq!(quantiles(&latency(&recorder, at(11))), [0.004, 0.008, 0.008]);
    }
}
