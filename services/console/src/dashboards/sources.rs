//! Sends queries: bounded in time, size and number, counted, and identical ones once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dashboards::answer::Answer;
use dashboards::duration;
use dashboards::queries::Query;
use dashboards::time::Window;
use dashboards::variables;
use parts::Parts;
use parts::fetch::FetchError;
use parts::influxdb::InfluxDb;
use parts::jaeger::Jaeger;
use parts::prometheus::{Prometheus, Range};
use tokio::sync::{Mutex, Semaphore};

use super::flights::Flights;
use super::limits;
use crate::metrics::{Metrics, Source};

/// How long the data source's scrape interval is taken for granted.
const SCRAPE_KNOWN: Duration = Duration::from_secs(60);
/// Where Prometheus does not tell: that of the lab's configuration.
const SCRAPE: Duration = Duration::from_secs(1);

/// What came of a query; the error is a sentence without its address.
#[derive(Debug)]
pub(super) struct Outcome<T> {
    pub(super) result: Result<T, String>,
    /// Without its wait for others.
    pub(super) took: Duration,
}

#[derive(Debug)]
pub(super) struct Sources {
    /// With clients that are bounded.
    parts: Parts,
    /// A source that hangs keeps none of the others waiting.
    permits: [Semaphore; Source::ALL.len()],
    answers: Flights<Arc<Outcome<Answer>>>,
    options: Flights<Arc<Outcome<Vec<String>>>>,
    scrape: Mutex<Option<(Instant, Duration)>>,
    metrics: Metrics,
}

impl Sources {
    /// `timeout` is for each query, until its answer is read.
    pub(super) fn new(parts: &Parts, timeout: Duration, metrics: Metrics) -> Self {
        let fetch = parts.fetch.bounded(timeout, limits::MAX_ANSWER);
        let settings = &parts.settings;
        let parts = Parts {
            prometheus: Prometheus::new(fetch.clone(), &settings.prometheus),
            influxdb: InfluxDb::new(fetch.clone(), &settings.influxdb, &settings.influxdb_database),
            jaeger: Jaeger::new(fetch.clone(), &settings.jaeger),
            ..parts.clone()
        };
        Self {
            parts,
            permits: Source::ALL.map(|_| Semaphore::new(limits::QUERIES_AT_ONCE)),
            answers: Flights::default(),
            options: Flights::default(),
            scrape: Mutex::default(),
            metrics,
        }
    }

    /// The answer to a panel's query.
    pub(super) async fn ask(&self, query: &Query) -> Arc<Outcome<Answer>> {
        let asked = async {
            let answer = answer(&self.parts, query).await?;
            Ok(within_limits(&answer).map(|()| answer))
        };
        self.answers.join(format!("{query:?}"), self.send(source(query), asked)).await
    }

    /// The options of a variable, of the series in this time.
    pub(super) async fn options(
        &self,
        source: &variables::Source,
        window: Window,
    ) -> Result<Vec<String>, String> {
        let key = format!("{source:?} {window:?}");
        let (to, asked) = match source {
            variables::Source::Fixed(options) => return Ok(options.clone()),
            variables::Source::LabelValues { .. } => (Source::Prometheus, self.listed(source, window)),
            variables::Source::InfluxQl(_) => (Source::InfluxDb, self.listed(source, window)),
        };
        self.options.join(key, self.send(to, asked)).await.result.clone()
    }

    /// The scrape interval that Grafana's data source has.
    pub(super) async fn scrape(&self) -> Duration {
        let mut known = self.scrape.lock().await;
        if let Some((at, interval)) = *known
            && at.elapsed() < SCRAPE_KNOWN
        {
            return interval;
        }
        let targets = self.parts.prometheus.targets().await.unwrap_or_default();
        let intervals = targets.iter().filter_map(|target| duration::parse(&target.scrape_interval).ok());
        let Some(longest) = intervals.max() else { return SCRAPE };
        *known = Some((Instant::now(), longest));
        longest
    }

    async fn listed(
        &self,
        source: &variables::Source,
        window: Window,
    ) -> Result<Result<Vec<String>, String>, FetchError> {
        Ok(Ok(match source {
            variables::Source::Fixed(options) => options.clone(),
            variables::Source::LabelValues { label, selector } => {
                let seconds = |millis: i64| millis as f64 / 1000.0;
                let range = Range { start: seconds(window.from_ms), end: seconds(window.to_ms), step: 1.0 };
                self.parts.prometheus.label_values(label, selector.as_deref(), range).await?
            }
            variables::Source::InfluxQl(query) => self.parts.influxdb.list(query).await?,
        }))
    }

    /// In its turn, timed and counted.
    async fn send<T>(
        &self,
        to: Source,
        asked: impl Future<Output = Result<Result<T, String>, FetchError>>,
    ) -> Arc<Outcome<T>> {
        let _permit = self.permits[to as usize].acquire().await.expect("never closed");
        let begun = Instant::now();
        let result = asked.await.map_err(|error| error.reason()).flatten();
        let took = begun.elapsed();
        self.metrics.query(to, result.is_ok(), took.as_secs_f64());
        Arc::new(Outcome { result, took })
    }
}

pub(super) fn source(query: &Query) -> Source {
    match query {
        Query::Instant { .. } | Query::Range { .. } => Source::Prometheus,
        Query::InfluxQl { .. } => Source::InfluxDb,
        Query::Traces { .. } => Source::Jaeger,
    }
}

/// How many series, or traces, it has.
pub(super) fn count(answer: &Answer) -> usize {
    match answer {
        Answer::Prometheus(series) => series.len(),
        Answer::InfluxQl(rows) => rows.iter().map(|rows| rows.columns.len().saturating_sub(1)).sum(),
        Answer::Traces(traces) => traces.len(),
    }
}

fn within_limits(answer: &Answer) -> Result<(), String> {
    match answer {
        Answer::Prometheus(series) => limits::answer(series.iter().map(|series| series.points.len())),
        Answer::InfluxQl(rows) => {
            limits::answer(rows.iter().flat_map(|rows| {
                std::iter::repeat_n(rows.values.len(), rows.columns.len().saturating_sub(1))
            }))
        }
        // Bounded by their query, and by the size of the answer.
        Answer::Traces(_) => Ok(()),
    }
}

async fn answer(parts: &Parts, query: &Query) -> Result<Answer, FetchError> {
    let seconds = |millis: i64| millis as f64 / 1000.0;
    let converted = |all: Vec<parts::prometheus::Series>| {
        Answer::Prometheus(
            all.into_iter()
                .map(|one| dashboards::answer::Series { labels: one.labels, points: one.points })
                .collect(),
        )
    };
    Ok(match query {
        Query::Instant { expr, time_ms } => {
            converted(parts.prometheus.instant(expr, Some(seconds(*time_ms))).await?)
        }
        Query::Range { expr, window, step } => {
            let range = Range {
                start: seconds(window.from_ms),
                end: seconds(window.to_ms),
                step: step.as_secs_f64(),
            };
            converted(parts.prometheus.range(expr, range).await?)
        }
        Query::InfluxQl { query, .. } => Answer::InfluxQl(
            parts
                .influxdb
                .query(query)
                .await?
                .into_iter()
                .map(|rows| dashboards::answer::Rows {
                    name: rows.name,
                    tags: rows.tags,
                    columns: rows.columns,
                    values: rows.values,
                })
                .collect(),
        ),
        Query::Traces { .. } => Answer::Traces(Vec::new()),
    })
}
