//! The claim that the sink's page of Envoy's metrics equals Envoy's own page.

use std::{
    collections::BTreeMap,
    pin::pin,
    time::{Duration, Instant},
};

use clients::{Clients, poll::until};
use prometheus_text::{Difference, Exposition, Kind};

use crate::table::{Claim, Evidence, Failure};

/// Labels that the sink adds to every series.
const ADDED_LABELS: [&str; 2] = ["job", "instance"];
/// The label of the compared Envoy's series. The gate is another one.
const ENVOY: (&str, &str) = ("job", "envoy");
/// The label of series of Envoy's admin listener.
const ADMIN_LABEL: &str = r#"envoy_http_conn_manager_prefix="admin""#;
/// Timeout for repeated comparisons: a gauge may have a value for a few milliseconds only, and the readings can miss it.
const COMPARE_TIMEOUT: Duration = Duration::from_secs(20);
/// Timeout for the next two flushes. Envoy flushes once a second.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(10);

/// Checks the claim.
pub(super) async fn claims(clients: &Clients) -> Vec<Claim> {
    let started = Instant::now();
    let mut ranges = GaugeRanges::default();
    let mut result = compare(clients, &mut ranges).await;
    while result.is_err() && started.elapsed() < COMPARE_TIMEOUT {
        result = compare(clients, &mut ranges).await;
    }
    vec![Claim::from_result("the sink's page of Envoy is Envoy's own", result)]
}

/// Reads Envoy's page, then repeatedly until the sink has a later flush, and once more afterwards.
///
/// A counter on the sink's page must lie between the first and the last reading, a gauge within the range of all readings.
/// Two readings do not suffice for a gauge that is raised for a moment each second, such as the active streams during a
/// health check: if that moment coincides with the flush, every flush reports a value that two readings hardly ever show.
async fn compare(clients: &Clients, ranges: &mut GaugeRanges) -> Evidence {
    let before = envoy_page(clients).await?;
    ranges.add(&before);
    let mut sink_page = pin!(flushed_sink_page(clients));
    let sink_page = loop {
        tokio::select! {
            page = &mut sink_page => break page?,
            reading = envoy_page(clients) => ranges.add(&reading?),
        }
    };
    let after = envoy_page(clients).await?;
    ranges.add(&after);
    evaluate(&before, &after, ranges, sink_page, missed_seconds(clients).await?)
}

/// The sink's page of Envoy after two more flushes: the first may have been in flight at the time of the call. Each flush
/// has a later uptime, in seconds.
async fn flushed_sink_page(clients: &Clients) -> Result<Exposition, Failure> {
    let before = uptime_of(&sink_page_of_envoy(clients).await?)?;
    until(FLUSH_TIMEOUT, || async {
        let page = sink_page_of_envoy(clients).await?;
        if uptime_of(&page)? >= before + 2.0 { Ok(page) } else { Err(Failure::from("Envoy does not flush")) }
    })
    .await
}

async fn sink_page_of_envoy(clients: &Clients) -> Result<Exposition, Failure> {
    Ok(sink_page(clients, "/envoy/metrics").await?.with_label(ENVOY.0, ENVOY.1))
}

fn uptime_of(page: &Exposition) -> Result<f64, Failure> {
    let uptime = page.series("envoy_server_uptime").first().map(|sample| sample.value);
    uptime.ok_or_else(|| "the sink has no envoy_server_uptime".into())
}

/// The seconds of Envoy's flushes that the sink has missed, for example while it restarted.
async fn missed_seconds(clients: &Clients) -> Result<f64, Failure> {
    let page = sink_page(clients, "/metrics").await?;
    let missed = page.family("metrics_sink_missed_seconds");
    Ok(missed.map_or(0.0, |family| family.samples().iter().map(|sample| sample.value).sum()))
}

async fn envoy_page(clients: &Clients) -> Result<Exposition, Failure> {
    parse("Envoy", &clients.envoy.stats().await?)
}

async fn sink_page(clients: &Clients, path: &str) -> Result<Exposition, Failure> {
    let url = format!("{}{path}", clients.settings.metrics_sink);
    parse("the sink", &clients.fetch.get(&url).text().await?)
}

fn parse(source: &str, text: &str) -> Result<Exposition, Failure> {
    prometheus_text::parse(text).map_err(|error| format!("{source}: {error}").into())
}

/// The lowest and the highest value of each gauge on Envoy's page, by series.
#[derive(Debug, Default)]
struct GaugeRanges(BTreeMap<String, (f64, f64)>);

impl GaugeRanges {
    fn add(&mut self, page: &Exposition) {
        for gauge in page.families().filter(|family| family.kind() == Kind::Gauge) {
            for sample in gauge.samples() {
                let value = sample.value;
                let range = self.0.entry(sample.to_string()).or_insert((value, value));
                *range = (range.0.min(value), range.1.max(value));
            }
        }
    }

    /// The gauges on the sink's page that are outside their range.
    fn differences(&self, sink: &Exposition) -> Vec<Difference> {
        let gauges = sink.families().filter(|family| family.kind() == Kind::Gauge);
        let samples =
            gauges.flat_map(|gauge| gauge.samples().iter().map(move |sample| (gauge.name(), sample)));
        samples
            .filter_map(|(name, sample)| {
                let (series, actual) = (sample.to_string(), sample.value);
                let (low, high) = *self.0.get(&series)?;
                let is_expected = (low <= actual && actual <= high)
                    || (low.is_nan() && actual.is_nan())
                    || is_changed_by_reading(name, &series)
                    // Taking the snapshot for a flush allocates memory, which no reading of the page shows.
                    || (low < high && name.starts_with("envoy_server_memory_"));
                (!is_expected).then_some(Difference::Value { series, expected: (low, high), actual })
            })
            .collect()
    }
}

/// Whether a gauge belongs to the admin listener: reading Envoy's page opens a connection to it.
fn is_changed_by_reading(gauge: &str, series: &str) -> bool {
    gauge.starts_with("envoy_listener_admin_") || series.contains(ADMIN_LABEL)
}

/// `missed` are the seconds whose observations the sink's histograms lack.
fn evaluate(
    before: &Exposition,
    after: &Exposition,
    ranges: &GaugeRanges,
    sink: Exposition,
    missed: f64,
) -> Evidence {
    let sink = sink.without_labels(&ADDED_LABELS);
    let mut differences = prometheus_text::compare_between(before, after, &sink);
    differences.retain(|difference| {
        let is_missed = missed > 0.0 && is_lower_histogram(before, difference);
        !is_missed && !is_gauge_value(before, difference)
    });
    differences.extend(ranges.differences(&sink));
    if differences.is_empty() {
        let (families, series) = (sink.families().count(), sink.series_count());
        let apart = if missed > 0.0 {
            format!(", apart from {missed:.0} s that the sink's histograms missed")
        } else {
            String::new()
        };
        return Ok(format!("{families} families, {series} series: names, types, labels, values{apart}"));
    }
    let first: Vec<String> = differences.iter().take(3).map(Difference::to_string).collect();
    let more = if differences.len() > first.len() { "; ..." } else { "" };
    Err(format!("{} differences: {}{more}", differences.len(), first.join("; ")).into())
}

fn is_gauge_value(page: &Exposition, difference: &Difference) -> bool {
    let Difference::Value { series, .. } = difference else { return false };
    let name = series.split('{').next().unwrap_or_default();
    page.family(name).is_some_and(|family| family.kind() == Kind::Gauge)
}

fn is_lower_histogram(page: &Exposition, difference: &Difference) -> bool {
    let Difference::Value { series, expected: (low, _), actual } = difference else { return false };
    let name = series.split('{').next().unwrap_or_default();
    let family = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix));
    let family = family.and_then(|name| page.family(name));
    actual < low && family.is_some_and(|family| family.kind() == Kind::Histogram)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Exposition {
        prometheus_text::parse(text).unwrap()
    }

    /// Evaluates the sink's page against readings of Envoy's page, of which there are at least two.
    fn evaluated(readings: &[Exposition], sink: &str) -> Evidence {
        let mut ranges = GaugeRanges::default();
        readings.iter().for_each(|reading| ranges.add(reading));
        evaluate(&readings[0], readings.last().unwrap(), &ranges, page(sink), 0.0)
    }

    #[test]
    fn added_labels_are_ignored_and_counters_lie_between_the_readings() {
        let reading =
            |counter| page(&format!("# TYPE a counter\na{{x=\"1\"}} {counter}\n# TYPE g gauge\ng 1\n"));
        let readings = [reading(5), reading(9)];
        let sink = "# TYPE a counter\na{instance=\"envoy-1\",job=\"envoy\",x=\"1\"} 7\n# TYPE g gauge\ng{instance=\"envoy-1\",job=\"envoy\"} 1\n";
        assert_eq!(evaluated(&readings, sink).unwrap(), "2 families, 2 series: names, types, labels, values");
        let wrong = sink.replace("} 7", "} 10").replace("} 1\n", "} 2\n");
        let reason = evaluated(&readings, &wrong).unwrap_err().to_string();
        assert!(reason.starts_with("2 differences") && reason.contains("not between 5 and 9"), "{reason}");
    }

    #[test]
    fn only_histograms_may_lack_what_the_sink_missed() {
        let text = |count: u8, total: u8| {
            format!(
                "# TYPE h histogram\nh_bucket{{le=\"+Inf\"}} {count}\nh_sum 1\nh_count {count}\n\
                 # TYPE c counter\nc {total}\n"
            )
        };
        let envoy = page(&text(7, 7));
        let evaluated = |count, total, missed| {
            evaluate(&envoy, &envoy, &GaugeRanges::default(), page(&text(count, total)), missed)
        };
        assert!(evaluated(5, 7, 0.0).is_err());
        assert!(evaluated(5, 7, 2.0).unwrap().ends_with("apart from 2 s that the sink's histograms missed"));
        assert!(evaluated(9, 7, 2.0).is_err());
        assert!(evaluated(7, 5, 2.0).is_err());
    }

    #[test]
    fn a_gauge_lies_within_the_range_of_all_readings() {
        let gauge = |name: &str, value: u8| {
            format!("# TYPE {name} gauge\n{name}{{cluster=\"echo-server\"}} {value}\n")
        };
        let readings = |name: &str, values: &[u8]| -> Vec<Exposition> {
            values.iter().map(|value| page(&gauge(name, *value))).collect()
        };
        // The first and the last reading agree; one between them shows the health check's stream.
        let breathing = readings("streams_active", &[0, 0, 1, 0]);
        assert!(evaluated(&breathing, &gauge("streams_active", 1)).is_ok());
        let reason = evaluated(&breathing, &gauge("streams_active", 2)).unwrap_err().to_string();
        assert!(reason.contains("is 2, not between 0 and 1"), "{reason}");
        let constant = readings("streams_active", &[0, 0, 0]);
        assert!(
            evaluated(&constant, &gauge("streams_active", 1))
                .unwrap_err()
                .to_string()
                .contains("is 1, not 0")
        );
        // A gauge that differs between the first and the last reading is compared, too.
        let rising = readings("connections", &[3, 4, 5]);
        assert!(evaluated(&rising, &gauge("connections", 4)).is_ok());
        assert!(evaluated(&rising, &gauge("connections", 6)).is_err());
    }

    #[test]
    fn a_memory_gauge_may_leave_its_range_only_if_it_changes() {
        let memory = |value: u8| {
            format!("# TYPE envoy_server_memory_allocated gauge\nenvoy_server_memory_allocated {value}\n")
        };
        let readings = |values: [u8; 2]| values.map(|value| page(&memory(value)));
        assert!(evaluated(&readings([5, 6]), &memory(7)).is_ok());
        assert!(evaluated(&readings([5, 5]), &memory(7)).is_err());
    }

    #[test]
    fn only_gauges_of_the_admin_listener_may_be_changed_by_reading() {
        let text = |prefix: &str, gauge: u8, counter: u8| {
            let labels = format!("{{envoy_http_conn_manager_prefix=\"{prefix}\"}}");
            format!(
                "# TYPE active gauge\nactive{labels} {gauge}\n# TYPE all counter\nall{labels} {counter}\n"
            )
        };
        let evaluated = |prefix, gauge, counter| {
            let readings = [page(&text(prefix, 1, 5)), page(&text(prefix, 1, 5))];
            evaluated(&readings, &text(prefix, gauge, counter))
        };
        assert!(evaluated("admin", 0, 5).is_ok());
        assert!(evaluated("edge", 0, 5).is_err());
        assert!(evaluated("admin", 1, 6).is_err());
    }
}
