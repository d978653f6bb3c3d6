//! Compares counters before and after a known number of requests: each must have risen by exactly that number.
//!
//! Reads raw samples from Prometheus and `InfluxDB`, not rates.

use std::time::{Duration, Instant};

use clients::{Clients, influxdb::Rows, prometheus::Series};

use crate::table::Failure;

/// Counters are at rest if they have not changed for this long, which is longer than a flush, a push and a scrape.
const REST_DURATION: Duration = Duration::from_secs(4);
/// Timeout for the counters to come to rest, and to reach the expected values.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Interval between two readings.
const INTERVAL: Duration = Duration::from_millis(500);

/// A counter, summed over its series.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counter {
    name: &'static str,
    source: Source,
}

/// The data source of a counter.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// A `PromQL` selector: the last sample of each series.
    Prometheus(&'static str),
    /// An `InfluxQL` query: the last value of each series.
    InfluxDb(&'static str),
}

/// A counter in Prometheus.
pub(super) const fn counter(name: &'static str, selector: &'static str) -> Counter {
    Counter { name, source: Source::Prometheus(selector) }
}

/// A counter in `InfluxDB`.
pub(super) const fn pushed(name: &'static str, query: &'static str) -> Counter {
    Counter { name, source: Source::InfluxDb(query) }
}

/// The increase of a counter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Increase {
    counter: &'static str,
    expected: f64,
    actual: f64,
}

/// Waits until the counters are at rest, awaits `send`, waits until everything is counted, and returns the increases. `send`
/// returns the expected ones.
///
/// # Errors
///
/// Returns an error if the counters do not come to rest, because something else sends requests.
pub(super) async fn increases(
    clients: &Clients,
    counters: &[Counter],
    send: impl Future<Output = Result<Vec<f64>, Failure>>,
) -> Result<Vec<Increase>, Failure> {
    let before = at_rest(clients, counters)
        .await?
        .ok_or("the counters do not come to rest: a load is running; try again when it has ended")?;
    let expected = send.await?;
    wait_until_counted(clients, counters, &before, &expected).await?;
    let after = at_rest(clients, counters)
        .await?
        .ok_or("the counters do not come to rest: something else sends requests at the same time")?;
    let increases = counters.iter().zip(expected).zip(before.iter().zip(after));
    Ok(increases
        .map(|((counter, expected), (before, after))| Increase {
            counter: counter.name,
            expected,
            actual: after - before,
        })
        .collect())
}

/// Compares each increase with the expected one.
pub(super) fn evaluate(increases: &[Increase]) -> Result<String, Failure> {
    let wrong: Vec<String> = increases
        .iter()
        .filter(|one| one.actual != one.expected)
        .map(|one| format!("{} +{}, not +{}", one.counter, one.actual, one.expected))
        .collect();
    if !wrong.is_empty() {
        return Err(wrong.join("; ").into());
    }
    let mut groups: Vec<(f64, Vec<&str>)> = Vec::new();
    for one in increases {
        match groups.iter_mut().find(|(increase, _)| *increase == one.actual) {
            Some((_, counters)) => counters.push(one.counter),
            None => groups.push((one.actual, vec![one.counter])),
        }
    }
    let groups = groups.iter().map(|(increase, counters)| format!("+{increase} in {}", counters.join("; ")));
    Ok(groups.collect::<Vec<_>>().join(". "))
}

/// The counters' values once none has changed for [`REST_DURATION`]; `None` if they keep changing.
pub(super) async fn at_rest(clients: &Clients, counters: &[Counter]) -> Result<Option<Vec<f64>>, Failure> {
    let started = Instant::now();
    let mut values = read(clients, counters).await?;
    let mut unchanged_since = Instant::now();
    while unchanged_since.elapsed() < REST_DURATION {
        if started.elapsed() > TIMEOUT {
            return Ok(None);
        }
        tokio::time::sleep(INTERVAL).await;
        let now = read(clients, counters).await?;
        if now != values {
            (values, unchanged_since) = (now, Instant::now());
        }
    }
    Ok(Some(values))
}

async fn wait_until_counted(
    clients: &Clients,
    counters: &[Counter],
    before: &[f64],
    expected: &[f64],
) -> Result<(), Failure> {
    let started = Instant::now();
    while started.elapsed() < TIMEOUT {
        let now = read(clients, counters).await?;
        if now.iter().zip(before).zip(expected).all(|((now, before), more)| now - before >= *more) {
            return Ok(());
        }
        tokio::time::sleep(INTERVAL).await;
    }
    // The comparison reports what is missing.
    Ok(())
}

/// The last values of the counters; one that does not exist yet is 0.
pub(super) async fn read(clients: &Clients, counters: &[Counter]) -> Result<Vec<f64>, Failure> {
    let mut values = Vec::with_capacity(counters.len());
    for counter in counters {
        values.push(match counter.source {
            Source::Prometheus(selector) => {
                let series = clients.prometheus.instant(selector, None).await;
                series?.iter().filter_map(Series::last).sum()
            }
            Source::InfluxDb(query) => {
                let rows = clients.influxdb.query(query).await?;
                let newest = rows.iter().flat_map(Rows::series).filter_map(|points| Some(points.last()?.1));
                newest.sum()
            }
        });
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluated(increases: &[(f64, f64)]) -> Result<String, Failure> {
        let names = ["client", "server", "store"];
        let increases = increases.iter().zip(names);
        let increases =
            increases.map(|(&(expected, actual), counter)| Increase { counter, expected, actual });
        evaluate(&increases.collect::<Vec<_>>())
    }

    #[test]
    fn the_expected_increase_is_proven() {
        assert_eq!(evaluated(&[(200.0, 200.0), (200.0, 200.0)]).unwrap(), "+200 in client; server");
        assert_eq!(
            evaluated(&[(9.0, 9.0), (9.0, 9.0), (2.0, 2.0)]).unwrap(),
            "+9 in client; server. +2 in store"
        );
    }

    #[test]
    fn one_too_few_or_too_many_fails_with_the_counters_name() {
        assert_eq!(
            evaluated(&[(200.0, 200.0), (200.0, 199.0)]).unwrap_err().to_string(),
            "server +199, not +200"
        );
        assert_eq!(
            evaluated(&[(200.0, 201.0), (200.0, 200.0)]).unwrap_err().to_string(),
            "client +201, not +200"
        );
    }

    #[test]
    fn a_reset_counter_fails() {
        assert!(evaluated(&[(200.0, -300.0)]).unwrap_err().to_string().contains("client +-300"));
    }
}
