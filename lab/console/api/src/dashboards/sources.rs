//! Sends queries to the data sources: limited in time, size and concurrency, counted, and deduplicated.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clients::Clients;
use clients::fetch::FetchError;
use clients::influxdb::InfluxDb;
use clients::jaeger::Jaeger;
use clients::prometheus::{Exemplar, Prometheus};
use dashboards::queries::Query;
use dashboards::response::Response;
use dashboards::time::Window;
use dashboards::variables;
use evaluate::panel;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::timeout;

use super::limits;
use super::single_flight::SingleFlight;
use super::source_health::{SourceDown, SourceHealth};
use crate::metrics::{Metrics, Source};

/// The scrape interval of the lab's configuration, used for a while when Prometheus does not respond in time.
const DEFAULT_SCRAPE_INTERVAL: Duration = Duration::from_secs(1);
const SCRAPE_INTERVAL_TIMEOUT: Duration = Duration::from_millis(500);
/// How long a scrape interval from Prometheus is cached.
const SCRAPE_INTERVAL_TTL: Duration = Duration::from_secs(60);
/// How long the default is cached.
const DEFAULT_SCRAPE_INTERVAL_TTL: Duration = Duration::from_secs(10);

/// The outcome of a query. An error is a phrase that follows the name of the data source.
#[derive(Debug)]
pub(super) struct Outcome<T> {
    pub(super) result: Result<T, String>,
    /// Without the time in the queue.
    pub(super) took: Duration,
}

/// The data sources; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Sources(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Clients with a timeout and a size limit.
    clients: Clients,
    /// Per source, so that one that hangs does not delay the others.
    permits: [Semaphore; Source::ALL.len()],
    health: [SourceHealth; Source::ALL.len()],
    answers: SingleFlight<Arc<Outcome<Response>>>,
    options: SingleFlight<Arc<Outcome<Vec<String>>>>,
    exemplars: SingleFlight<Arc<Outcome<Vec<Exemplar>>>>,
    /// The cached scrape interval and its expiry.
    scrape_interval: Mutex<Option<(Instant, Duration)>>,
    metrics: Metrics,
}

impl Sources {
    /// `timeout` limits each query, including reading its response.
    pub(crate) fn new(clients: &Clients, timeout: Duration, metrics: Metrics) -> Self {
        let fetch = clients.fetch.bounded(timeout, limits::MAX_RESPONSE);
        let settings = &clients.settings;
        let clients = Clients {
            prometheus: Prometheus::new(fetch.clone(), &settings.prometheus),
            influxdb: InfluxDb::new(fetch.clone(), &settings.influxdb, &settings.influxdb_database),
            jaeger: Jaeger::new(fetch.clone(), &settings.jaeger),
            ..clients.clone()
        };
        Self(Arc::new(Inner {
            clients,
            permits: Source::ALL.map(|_| Semaphore::new(limits::MAX_CONCURRENT_QUERIES)),
            health: Default::default(),
            answers: SingleFlight::default(),
            options: SingleFlight::default(),
            exemplars: SingleFlight::default(),
            scrape_interval: Mutex::default(),
            metrics,
        }))
    }

    /// Sends the query of a panel.
    pub(super) async fn query(&self, query: &Query) -> Arc<Outcome<Response>> {
        let request = async {
            let answer = panel::query(&self.0.clients, query).await?;
            Ok(check_limits(&answer).map(|()| answer))
        };
        self.0.answers.call(format!("{query:?}"), self.send(source(query), request)).await
    }

    /// The exemplars of the series that an expression selects.
    pub(super) async fn exemplars(&self, expr: &str, window: Window) -> Arc<Outcome<Vec<Exemplar>>> {
        let seconds = |millis: i64| millis as f64 / 1000.0;
        let (from, to) = (seconds(window.from_ms), seconds(window.to_ms));
        let request = async { Ok(Ok(self.0.clients.prometheus.exemplars(expr, from, to).await?)) };
        self.0.exemplars.call(format!("{expr} {window:?}"), self.send(Source::Prometheus, request)).await
    }

    /// The options of a variable, from the series in `window`.
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
        let request = async { Ok(Ok(panel::variable_options(&self.0.clients, source, window).await?)) };
        self.0.options.call(key, self.send(to, request)).await.result.clone()
    }

    /// The scrape interval of Grafana's data source.
    pub(super) async fn scrape_interval(&self) -> Duration {
        let mut cached = self.0.scrape_interval.lock().await;
        if let Some((expiry, interval)) = *cached
            && Instant::now() < expiry
        {
            return interval;
        }
        let response = timeout(SCRAPE_INTERVAL_TIMEOUT, panel::scrape_interval(&self.0.clients)).await;
        let (interval, ttl) = match response {
            Ok(Ok(interval)) => (interval, SCRAPE_INTERVAL_TTL),
            _ => (DEFAULT_SCRAPE_INTERVAL, DEFAULT_SCRAPE_INTERVAL_TTL),
        };
        *cached = Some((Instant::now() + ttl, interval));
        interval
    }

    /// Whether this source is down, and since when.
    pub(super) fn down(&self, source: Source) -> Option<SourceDown> {
        self.0.health[source as usize].down(source)
    }

    pub(super) fn all_down(&self) -> impl Iterator<Item = SourceDown> {
        Source::ALL.into_iter().filter_map(|source| self.down(source))
    }

    /// Waits for a permit, and times and counts the request.
    async fn send<T>(
        &self,
        to: Source,
        request: impl Future<Output = Result<Result<T, String>, FetchError>>,
    ) -> Arc<Outcome<T>> {
        let _permit = self.0.permits[to as usize].acquire().await.expect("the semaphore is never closed");
        let started = Instant::now();
        let result = request.await;
        let took = started.elapsed();
        let health = &self.0.health[to as usize];
        match &result {
            Err(error) if error.is_outage() => health.failed(started, &error.reason()),
            _ => health.responded(),
        }
        let result = result.map_err(|error| error.reason()).flatten();
        self.0.metrics.query(to, result.is_ok(), took.as_secs_f64());
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

/// The number of series or traces.
pub(super) fn count(answer: &Response) -> usize {
    match answer {
        Response::Prometheus(series) => series.len(),
        Response::InfluxQl(rows) => rows.iter().map(|rows| rows.columns.len().saturating_sub(1)).sum(),
        Response::Traces(traces) => traces.len(),
    }
}

fn check_limits(answer: &Response) -> Result<(), String> {
    match answer {
        Response::Prometheus(series) => limits::response(series.iter().map(|series| series.points.len())),
        Response::InfluxQl(rows) => {
            limits::response(rows.iter().flat_map(|rows| {
                std::iter::repeat_n(rows.values.len(), rows.columns.len().saturating_sub(1))
            }))
        }
        // Limited by the query, and by the size of the response.
        Response::Traces(_) => Ok(()),
    }
}
