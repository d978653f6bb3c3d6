//! The balancer's REST: what it says of its servers, and, with its token, servers added and removed.

use std::path::{Path, PathBuf};

use prometheus_text::Exposition;
use serde_json::Value;

use crate::fetch::{Fetch, FetchError, Request};

/// The lab's own server.
pub const HELLO: &str = "hello";

/// A client of one balancer; cheap to clone.
#[derive(Clone, Debug)]
pub struct Balancer {
    fetch: Fetch,
    base: String,
    token: PathBuf,
}

impl Balancer {
    /// `base` is its REST address without a slash at the end; `token` a file.
    pub fn new(fetch: Fetch, base: &str, token: &Path) -> Self {
        Self { fetch, base: base.to_owned(), token: token.to_owned() }
    }

    /// Its own metrics.
    pub async fn metrics(&self) -> Result<Exposition, FetchError> {
        let url = format!("{}/metrics", self.base);
        let page = self.fetch.get(&url).text().await?;
        prometheus_text::parse(&page).map_err(|error| FetchError::Shape { url, reason: error.to_string() })
    }

    /// What it counted for a server, as gobetween's REST names it.
    pub async fn stats(&self, server: &str) -> Result<Value, FetchError> {
        self.fetch.get(&format!("{}/servers/{server}/stats", self.base)).json().await
    }

    /// Whether it has this server.
    pub async fn has(&self, server: &str) -> Result<bool, FetchError> {
        match self.fetch.get(&format!("{}/servers/{server}", self.base)).bytes().await {
            Ok(_) => Ok(true),
            Err(FetchError::Status { status: 404, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Adds a server; `configuration` has the keys of the file's section.
    pub async fn add(&self, server: &str, configuration: &Value) -> Result<(), FetchError> {
        let request = self.fetch.post(&format!("{}/servers/{server}", self.base)).body(configuration);
        self.with_token(request)?.bytes().await.map(drop)
    }

    /// Removes a server; it may not be there.
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
