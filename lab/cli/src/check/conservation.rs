//! Claims that N of something are N in every counter on their way, as the stores have it: differences of raw samples.

use std::time::{Duration, Instant};

use clients::{Clients, influxdb::Rows, prometheus::Series};

/// Counters that have not moved for so long rest: longer than a flush, a push and a scrape.
const REST: Duration = Duration::from_secs(4);
/// How long they may take to come to rest, and to have counted everything.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(500);

/// A counter, summed here over its series.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counter {
    who: &'static str,
    source: Source,
}

/// Where a counter is read.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// The newest sample of each series.
    Prometheus(&'static str),
    /// The newest value of each row.
    InfluxDb(&'static str),
}

/// A counter of Prometheus.
pub(super) const fn counter(who: &'static str, selector: &'static str) -> Counter {
    Counter { who, source: Source::Prometheus(selector) }
}

/// A counter of `InfluxDB`.
pub(super) const fn pushed(who: &'static str, query: &'static str) -> Counter {
    Counter { who, source: Source::InfluxDb(query) }
}

/// By how much a counter moved, and by how much it should have.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Moved {
    who: &'static str,
    expected: f64,
    seen: f64,
}

/// Waits for rest, does what `send` does, waits until everything is counted, and tells how each counter moved. `send`
/// tells how each should have.
pub(super) async fn moved(
    parts: &Clients,
    counters: &[Counter],
    send: impl Future<Output = Result<Vec<f64>, String>>,
) -> Result<Vec<Moved>, String> {
    let before = at_rest(parts, counters).await?.ok_or(
        "the counters do not rest: a load or somebody's requests are running; try again when they have ended",
    )?;
    let expected = send.await?;
    wait_until_counted(parts, counters, &before, &expected).await?;
    let after = at_rest(parts, counters).await?.ok_or("something else sends requests at the same time")?;
    let moved = counters.iter().zip(expected).zip(before.iter().zip(after));
    Ok(moved
        .map(|((counter, expected), (before, after))| Moved {
            who: counter.who,
            expected,
            seen: after - before,
        })
        .collect())
}

/// Holds each counter to what it should have moved by.
pub(super) fn judge(moved: &[Moved]) -> Result<String, String> {
    let wrong: Vec<String> = moved
        .iter()
        .filter(|one| one.seen != one.expected)
        .map(|one| format!("{} +{}, not +{}", one.who, one.seen, one.expected))
        .collect();
    if !wrong.is_empty() {
        return Err(wrong.join("; "));
    }
    let mut told: Vec<(f64, Vec<&str>)> = Vec::new();
    for one in moved {
        match told.iter_mut().find(|(more, _)| *more == one.seen) {
            Some((_, who)) => who.push(one.who),
            None => told.push((one.seen, vec![one.who])),
        }
    }
    let told: Vec<String> = told.iter().map(|(more, who)| format!("+{more} in {}", who.join("; "))).collect();
    Ok(told.join(". "))
}

/// The counters' values once none has moved for `REST`; `None` if they keep moving.
pub(super) async fn at_rest(parts: &Clients, counters: &[Counter]) -> Result<Option<Vec<f64>>, String> {
    let started = Instant::now();
    let mut values = read(parts, counters).await?;
    let mut still_since = Instant::now();
    while still_since.elapsed() < REST {
        if started.elapsed() > PATIENCE {
            return Ok(None);
        }
        tokio::time::sleep(PAUSE).await;
        let now = read(parts, counters).await?;
        if now != values {
            (values, still_since) = (now, Instant::now());
        }
    }
    Ok(Some(values))
}

async fn wait_until_counted(
    parts: &Clients,
    counters: &[Counter],
    before: &[f64],
    expected: &[f64],
) -> Result<(), String> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        let now = read(parts, counters).await?;
        if now.iter().zip(before).zip(expected).all(|((now, before), more)| now - before >= *more) {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    // What is missing is told by the comparison.
    Ok(())
}

/// The newest raw samples; a counter that is not there yet has counted nothing.
pub(super) async fn read(parts: &Clients, counters: &[Counter]) -> Result<Vec<f64>, String> {
    let mut values = Vec::with_capacity(counters.len());
    for counter in counters {
        values.push(match counter.source {
            Source::Prometheus(selector) => {
                let series = parts.prometheus.instant(selector, None).await;
                series.map_err(|error| error.to_string())?.iter().filter_map(Series::last).sum()
            }
            Source::InfluxDb(query) => {
                let rows = parts.influxdb.query(query).await.map_err(|error| error.to_string())?;
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

    fn of(seen: &[(f64, f64)]) -> Result<String, String> {
        let who = ["client", "server", "store"];
        let moved: Vec<Moved> =
            seen.iter().zip(who).map(|(&(expected, seen), who)| Moved { who, expected, seen }).collect();
        judge(&moved)
    }

    #[test]
    fn exactly_as_many_more_is_proven() {
        assert_eq!(of(&[(200.0, 200.0), (200.0, 200.0)]).unwrap(), "+200 in client; server");
        assert_eq!(of(&[(9.0, 9.0), (9.0, 9.0), (2.0, 2.0)]).unwrap(), "+9 in client; server. +2 in store");
    }

    #[test]
    fn one_too_few_or_too_many_fails_and_is_named() {
        assert_eq!(of(&[(200.0, 200.0), (200.0, 199.0)]).unwrap_err(), "server +199, not +200");
        assert_eq!(of(&[(200.0, 201.0), (200.0, 200.0)]).unwrap_err(), "client +201, not +200");
    }

    #[test]
    fn a_restart_is_not_taken_for_a_count() {
        assert!(of(&[(200.0, -300.0)]).unwrap_err().contains("client +-300"));
    }
}
