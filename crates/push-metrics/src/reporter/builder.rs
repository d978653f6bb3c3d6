//! A reporter's settings.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::Reporter;
use crate::client::Client;
use crate::destination::Destination;
use crate::line::{Tags, Unwritable};
use crate::queue::Queue;
use crate::registry::Registry;
use crate::stats::Stats;

/// Why there is no reporter.
#[derive(Debug, Error)]
pub enum BuildError {
    /// Line protocol cannot say a tag.
    #[error("tag")]
    Tag(#[from] Unwritable),
    /// The HTTP client cannot be made.
    #[error("HTTP client")]
    Http(#[from] reqwest::Error),
    /// There is no time between two pushes.
    #[error("an interval of 0")]
    Interval,
}

/// See each setting for what it is without.
#[derive(Debug)]
#[must_use = "build it"]
pub struct Builder {
    destination: Destination,
    tags: BTreeMap<String, String>,
    interval: Duration,
    queue_bytes: usize,
    timeout: Duration,
    gzip: bool,
    http: Option<reqwest::Client>,
}

impl Builder {
    pub(super) fn new(destination: Destination) -> Self {
        Self {
            destination,
            tags: BTreeMap::new(),
            interval: Duration::from_secs(1),
            queue_bytes: 16 << 20,
            timeout: Duration::from_secs(5),
            gzip: true,
            http: None,
        }
    }

    /// A tag of every point, such as host or service.
    pub fn tag(mut self, key: &str, value: &str) -> Self {
        self.tags.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Time between two pushes: a second.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// The most bytes of lines that wait or are being sent: 16 MiB. A timer has about 300 a push.
    pub fn queue_bytes(mut self, bytes: usize) -> Self {
        self.queue_bytes = bytes;
        self
    }

    /// How long a request may take: five seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Whether requests are compressed: they are.
    pub fn gzip(mut self, gzip: bool) -> Self {
        self.gzip = gzip;
        self
    }

    /// A client of one's own, such as one with TLS.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// A reporter of this registry.
    ///
    /// # Errors
    ///
    /// If a tag cannot be written, the interval is 0, or there is no HTTP client.
    pub fn build(self, registry: &Registry) -> Result<Reporter, BuildError> {
        if self.interval.is_zero() {
            return Err(BuildError::Interval);
        }
        let http = match self.http {
            Some(client) => client,
            None => reqwest::Client::builder().build()?,
        };
        let Self { destination, timeout, gzip, .. } = self;
        Ok(Reporter {
            registry: registry.clone(),
            tags: Tags::new(self.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())))?,
            interval: self.interval,
            queue: Queue::new(self.queue_bytes),
            client: Client { http, destination, timeout, gzip },
            stats: Arc::new(Stats::default()),
        })
    }
}
