//! The balancer's REST API, which is gobetween's: metrics, statistics, and (with a token) adding and removing servers.

use std::path::{Path, PathBuf};

use prometheus_text::Exposition;
use serde_json::Value;

use crate::fetch::{Fetch, FetchError, Request};

/// The name of the server in front of the hello servers.
pub const HELLO: &str = "hello";

/// A client of one balancer; cheap to clone.
#[derive(Clone, Debug)]
pub struct Balancer {
    fetch: Fetch,
    base: String,
    token: PathBuf,
}

impl Balancer {
    /// `base` is the URL of its REST API without a trailing slash; `token` the file that holds the bearer token.
    pub fn new(fetch: Fetch, base: &str, token: &Path) -> Self {
        Self { fetch, base: base.to_owned(), token: token.to_owned() }
    }

    /// Its Prometheus metrics.
    pub async fn metrics(&self) -> Result<Exposition, FetchError> {
        let url = format!("{}/metrics", self.base);
        let page = self.fetch.get(&url).text().await?;
        prometheus_text::parse(&page).map_err(|error| FetchError::Shape { url, reason: error.to_string() })
    }

    /// The statistics of a server, in gobetween's JSON.
    pub async fn stats(&self, server: &str) -> Result<Value, FetchError> {
        self.fetch.get(&format!("{}/servers/{server}/stats", self.base)).json().await
    }

    /// Whether the server exists.
    pub async fn has(&self, server: &str) -> Result<bool, FetchError> {
        match self.fetch.get(&format!("{}/servers/{server}", self.base)).bytes().await {
            Ok(_) => Ok(true),
            Err(FetchError::Status { status: 404, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Adds a server; `configuration` has the keys of its section in the configuration file.
    pub async fn add(&self, server: &str, configuration: &Value) -> Result<(), FetchError> {
        let request = self.fetch.post(&format!("{}/servers/{server}", self.base)).body(configuration);
        self.with_token(request)?.bytes().await.map(drop)
    }

    /// Removes a server, if it exists.
    pub async fn remove(&self, server: &str) -> Result<(), FetchError> {
        let request = self.fetch.delete(&format!("{}/servers/{server}", self.base));
        match self.with_token(request)?.bytes().await {
            Ok(_) | Err(FetchError::Status { status: 404, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn with_token(&self, request: Request) -> Result<Request, FetchError> {
        let token = std::fs::read_to_string(&self.token).map_err(|error| FetchError::Unreachable {
            url: self.token.display().to_string(),
            reason: error.to_string(),
        })?;
        Ok(request.header("authorization", &format!("Bearer {}", token.trim())))
    }
}
