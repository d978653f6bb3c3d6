//! HTTP to the lab's parts: bounded in time, with errors that name the address.

use std::time::Duration;

use serde::de::DeserializeOwned;

/// How long any one answer may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Why a part could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No connection, or no answer in time.
    #[error("{url} cannot be reached: {reason}")]
    Unreachable {
        /// What was asked.
        url: String,
        /// The innermost cause, the one a person can act on.
        reason: String,
    },
    /// An HTTP status other than 2xx.
    #[error("{url} answers {status}: {body}")]
    Status {
        /// What was asked.
        url: String,
        /// The status.
        status: u16,
        /// The beginning of the body.
        body: String,
    },
    /// A body of another shape.
    #[error("{url} answers something unexpected: {reason}")]
    Shape {
        /// What was asked.
        url: String,
        /// What was wrong with it.
        reason: String,
    },
}

/// An HTTP client for the lab's network; cheap to clone.
#[derive(Clone, Debug)]
pub struct Fetch {
    client: reqwest::Client,
}

impl Fetch {
    /// A client over TCP that ignores the proxies of the environment: all of the lab is near.
    pub fn new() -> Result<Self, reqwest::Error> {
        Ok(Self { client: reqwest::Client::builder().no_proxy().timeout(TIMEOUT).build()? })
    }

    /// A client over a Unix socket; the host in its URLs is not looked at.
    pub fn over_socket(path: &std::path::Path) -> Result<Self, reqwest::Error> {
        Ok(Self { client: reqwest::Client::builder().no_proxy().timeout(TIMEOUT).unix_socket(path).build()? })
    }

    /// A GET request to be finished by `text`, `json` or `bytes`.
    pub fn get(&self, url: &str) -> Request {
        Request { url: url.to_owned(), builder: self.client.get(url) }
    }

    /// A PUT request.
    pub fn put(&self, url: &str) -> Request {
        Request { url: url.to_owned(), builder: self.client.put(url) }
    }

    /// A DELETE request.
    pub fn delete(&self, url: &str) -> Request {
        Request { url: url.to_owned(), builder: self.client.delete(url) }
    }

    /// A POST request.
    pub fn post(&self, url: &str) -> Request {
        Request { url: url.to_owned(), builder: self.client.post(url) }
    }
}

/// One request; the errors name its address.
#[derive(Debug)]
pub struct Request {
    url: String,
    builder: reqwest::RequestBuilder,
}

impl Request {
    /// Adds query parameters.
    #[must_use]
    pub fn query(mut self, pairs: &[(&str, &str)]) -> Self {
        self.builder = self.builder.query(pairs);
        self
    }

    /// Adds a form body.
    #[must_use]
    pub fn form(mut self, pairs: &[(&str, &str)]) -> Self {
        self.builder = self.builder.form(pairs);
        self
    }

    /// Adds a JSON body.
    #[must_use]
    pub fn body(mut self, body: &serde_json::Value) -> Self {
        self.builder = self.builder.json(body);
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    /// The response whatever its status, once its head is there.
    pub async fn send(self) -> Result<reqwest::Response, FetchError> {
        let url = self.url;
        self.builder.send().await.map_err(|error| unreachable(&url, &error))
    }

    /// The body of a 2xx response.
    pub async fn bytes(self) -> Result<Vec<u8>, FetchError> {
        let url = self.url.clone();
        let response = self.send().await?;
        let status = response.status();
        let body = response.bytes().await.map_err(|error| unreachable(&url, &error))?;
        if status.is_success() {
            return Ok(body.to_vec());
        }
        let body = String::from_utf8_lossy(&body).trim().chars().take(200).collect();
        Err(FetchError::Status { url, status: status.as_u16(), body })
    }

    /// The body of a 2xx response as text.
    pub async fn text(self) -> Result<String, FetchError> {
        Ok(String::from_utf8_lossy(&self.bytes().await?).into_owned())
    }

    /// The body of a 2xx response, read from JSON.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, FetchError> {
        let url = self.url.clone();
        let body = self.bytes().await?;
        serde_json::from_slice(&body).map_err(|error| FetchError::Shape { url, reason: error.to_string() })
    }
}

fn unreachable(url: &str, error: &reqwest::Error) -> FetchError {
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    let reason = if error.is_timeout() { format!("no answer in {TIMEOUT:?}") } else { reason.to_string() };
    FetchError::Unreachable { url: url.to_owned(), reason }
}
