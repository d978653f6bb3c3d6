//! Sends queries: bounded in time, size and number, counted, and identical ones once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clients::Clients;
use clients::fetch::FetchError;
use clients::influxdb::InfluxDb;
use clients::jaeger::Jaeger;
use clients::prometheus::Prometheus;
use dashboards::answer::Answer;
use dashboards::queries::Query;
use dashboards::time::Window;
use dashboards::variables;
use evaluate::panel;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::timeout;

use super::flights::Flights;
use super::limits;
use crate::metrics::{Metrics, Source};

/// How long the data source's scrape interval is taken for granted.
const SCRAPE_KNOWN: Duration = Duration::from_secs(60);
/// Where Prometheus does not tell in time: that of the lab's configuration, for a while.
const SCRAPE: Duration = Duration::from_secs(1);
const SCRAPE_GUESSED: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_millis(500);

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
    parts: Clients,
    /// A source that hangs keeps none of the others waiting.
    permits: [Semaphore; Source::ALL.len()],
    answers: Flights<Arc<Outcome<Answer>>>,
    options: Flights<Arc<Outcome<Vec<String>>>>,
    /// Until when it is taken for granted.
    scrape: Mutex<Option<(Instant, Duration)>>,
    metrics: Metrics,
}

impl Sources {
    /// `timeout` is for each query, until its answer is read.
    pub(super) fn new(parts: &Clients, timeout: Duration, metrics: Metrics) -> Self {
        let fetch = parts.fetch.bounded(timeout, limits::MAX_ANSWER);
        let settings = &parts.settings;
        let parts = Clients {
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
            let answer = panel::query(&self.parts, query).await?;
            Ok(within_limits(&answer).map(|()| answer))
        };
        self.answers.join(format!("{query:?}"), self.send(source(query), asked)).await
    }

    /// The options of a variable, of the series in this time.
    pub(super) async fn options(
        &self,
        source: variables::Source,
        window: Window,
    ) -> Result<Vec<String>, String> {
        let to = match &source {
            variables::Source::Fixed(options) => return Ok(options.clone()),
            variables::Source::LabelValues { .. } => Source::Prometheus,
            variables::Source::InfluxQl(_) => Source::InfluxDb,
        };
        let key = format!("{source:?} {window:?}");
        let asked = async { Ok(Ok(panel::variable_options(&self.parts, source, window).await?)) };
        self.options.join(key, self.send(to, asked)).await.result.clone()
    }

    /// The scrape interval that Grafana's data source has.
    pub(super) async fn scrape(&self) -> Duration {
        let mut known = self.scrape.lock().await;
        if let Some((until, interval)) = *known
            && Instant::now() < until
        {
            return interval;
        }
        let told = timeout(PATIENCE, panel::scrape_interval(&self.parts)).await;
        let (interval, known_for) = match told {
            Ok(Ok(interval)) => (interval, SCRAPE_KNOWN),
            _ => (SCRAPE, SCRAPE_GUESSED),
        };
        *known = Some((Instant::now() + known_for, interval));
        interval
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
