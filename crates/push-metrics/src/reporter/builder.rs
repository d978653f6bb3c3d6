//! The settings of a reporter.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use thiserror::Error;

use super::Reporter;
use crate::client::Client;
use crate::destination::{Destination, DestinationError};
use crate::line::{self, InvalidText, Tags};
use crate::queue::Queue;
use crate::registry::Registry;
use crate::schema::Schema;
use crate::stats::Stats;

/// Invalid settings of a reporter.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Line protocol cannot represent a tag.
    #[error("tag")]
    Tag(#[from] InvalidText),
    /// Line protocol cannot represent the name of the measurement.
    #[error("measurement")]
    Measurement(#[source] InvalidText),
    /// The HTTP client cannot be created.
    #[error("HTTP client")]
    Http(#[from] reqwest::Error),
    /// The interval is 0.
    #[error("the interval between two pushes is 0")]
    Interval,
    /// The timeout of a request is 0: no request would succeed.
    #[error("the timeout of a request is 0")]
    Timeout,
    /// Two pushes would have the same timestamp.
    #[error("the interval between two pushes is shorter than the unit of their timestamps")]
    Precision,
    /// The destination's API does not have one of its settings.
    #[error("destination")]
    Destination(#[from] DestinationError),
}

/// Longer than any program runs, and short enough for additions to the clock.
const MAX_INTERVAL: Duration = Duration::from_secs(30 * 365 * 24 * 3600);

/// The settings of a [`Reporter`]. Each method states the default.
#[derive(Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ReporterBuilder {
    destination: Destination,
    tags: BTreeMap<String, String>,
    schema: Schema,
    interval: Duration,
    align: bool,
    queue_bytes: usize,
    timeout: Duration,
    gzip: bool,
    http: Option<reqwest::Client>,
}

impl ReporterBuilder {
    pub(super) fn new(destination: Destination) -> Self {
        Self {
            destination,
            tags: BTreeMap::new(),
            schema: Schema::default(),
            interval: Duration::from_secs(1),
            align: false,
            queue_bytes: 16 << 20,
            timeout: Duration::from_secs(5),
            gzip: true,
            http: None,
        }
    }

    /// Adds a tag to every point, such as host or service. Default: no tags.
    pub fn tag(mut self, key: &str, value: &str) -> Self {
        self.tags.insert(key.to_owned(), value.to_owned());
        self
    }

    /// The interval between two pushes. Default: 1 s.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Whether timestamps are rounded down to a multiple of the interval, as with the option `align` of Go's reporter, so
    /// that points of several programs have the same timestamps. Default: no.
    ///
    /// After the clock is set back to times that have points, timestamps are moved by the smallest unit instead of
    /// repeated.
    pub fn align(mut self, align: bool) -> Self {
        self.align = align;
        self
    }

    /// The names of measurements and fields. Default: [`Schema::MeasurementPerMetric`].
    pub fn schema(mut self, schema: Schema) -> Self {
        self.schema = schema;
        self
    }

    /// The limit of the queue, in bytes of line protocol that wait or are being sent. Default: 16 MiB.
    ///
    /// When the queue is full, the oldest points are dropped. A timer takes about 300 bytes a push, so the default holds
    /// about 15 hours of one timer that is pushed every second.
    pub fn queue_bytes(mut self, bytes: usize) -> Self {
        self.queue_bytes = bytes;
        self
    }

    /// The timeout of a request. Default: 5 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Whether requests are compressed. Default: yes.
    pub fn gzip(mut self, gzip: bool) -> Self {
        self.gzip = gzip;
        self
    }

    /// The HTTP client, for instance one with TLS. Default: a new client without TLS, which does not follow redirects.
    ///
    /// A client that follows redirects changes the request's method and discards the points, so build it with
    /// `redirect(reqwest::redirect::Policy::none())`. A request that was redirected counts as failed in any case.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// Builds a reporter for this registry.
    ///
    /// # Errors
    ///
    /// If line protocol cannot represent a tag or the measurement, the interval or timeout is 0,
    /// the interval is shorter than the unit of timestamps, the destination's
    /// API does not have one of its settings, or the HTTP client cannot be created.
    pub fn build(self, registry: &Registry) -> Result<Reporter, BuildError> {
        if self.interval.is_zero() {
            return Err(BuildError::Interval);
        }
        if self.timeout.is_zero() {
            return Err(BuildError::Timeout);
        }
        if self.interval < self.destination.precision.unit() {
            return Err(BuildError::Precision);
        }
        self.destination.check()?;
        if let Schema::FieldPerMetric { measurement } = &self.schema {
            line::check_measurement(measurement).map_err(BuildError::Measurement)?;
        }
        let http = match self.http {
            Some(client) => client,
            None => reqwest::Client::builder().redirect(Policy::none()).build()?,
        };
        let Self { destination, timeout, gzip, .. } = self;
        Ok(Reporter {
            registry: registry.clone(),
            tags: Tags::new(self.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())))?,
            schema: self.schema,
            interval: self.interval.min(MAX_INTERVAL),
            align: self.align,
            queue: Queue::new(self.queue_bytes),
            client: Client { http, destination, timeout, gzip },
            stats: Arc::new(Stats::default()),
        })
    }
}
