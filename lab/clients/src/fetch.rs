//! HTTP requests with a timeout and a size limit, and errors that name the URL.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Default timeout of a request.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Default size limit of a response body.
const MAX_BODY_BYTES: usize = 64 << 20;
/// Maximum length of a service's error message; longer ones are truncated.
const MAX_REASON_CHARS: usize = 500;

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No connection, or no response in time.
    #[error("{url} cannot be reached: {reason}")]
    Unreachable {
        /// The request's URL.
        url: String,
        /// The innermost cause.
        reason: String,
    },
    /// An HTTP status other than 2xx.
    #[error("{url} answers {status}: {body}")]
    Status {
        /// The request's URL.
        url: String,
        /// The status.
        status: u16,
        /// The service's error message, or else the beginning of the body.
        body: String,
    },
    /// The body is larger than the limit.
    #[error("{url} answers more than {limit} bytes")]
    TooLarge {
        /// The request's URL.
        url: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// The body cannot be parsed, or reports an error.
    #[error("{url} answers something unexpected: {reason}")]
    Shape {
        /// The request's URL.
        url: String,
        /// The violation.
        reason: String,
    },
}

impl FetchError {
    /// Whether the service itself is down, rather than the request at fault.
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Status { status: 502..=504, .. })
    }

    /// The error without the URL.
    pub fn reason(&self) -> String {
        match self {
            Self::Unreachable { reason, .. } => format!("cannot be reached: {reason}"),
            Self::Status { status, body, .. } => format!("answers {status}: {body}"),
            Self::TooLarge { limit, .. } => format!("answers more than {limit} bytes"),
            Self::Shape { reason, .. } => format!("answers something unexpected: {reason}"),
        }
    }
}

/// An HTTP client; cheap to clone.
#[derive(Clone, Debug)]
pub struct Fetch {
    client: reqwest::Client,
    timeout: Duration,
    limit: usize,
}

impl Fetch {
    /// A client over TCP that ignores the environment's proxy settings, because every service of the lab is local.
    ///
    /// # Errors
    ///
    /// Returns an error if the client cannot be set up.
    pub fn new() -> Result<Self, reqwest::Error> {
        Ok(Self::with(reqwest::Client::builder().no_proxy().build()?))
    }

    /// A client over a Unix socket, which ignores the host in URLs.
    ///
    /// # Errors
    ///
    /// Returns an error if the client cannot be set up.
    pub fn over_socket(path: &std::path::Path) -> Result<Self, reqwest::Error> {
        Ok(Self::with(reqwest::Client::builder().no_proxy().unix_socket(path).build()?))
    }

    fn with(client: reqwest::Client) -> Self {
        Self { client, timeout: TIMEOUT, limit: MAX_BODY_BYTES }
    }

    /// The same client with another timeout, and another size limit in bytes.
    #[must_use]
    pub fn bounded(&self, timeout: Duration, limit: usize) -> Self {
        Self { client: self.client.clone(), timeout, limit }
    }

    /// A GET request; `text`, `json` or `bytes` sends it.
    pub fn get(&self, url: &str) -> Request {
        self.request(url, self.client.get(url))
    }

    /// A PUT request.
    pub fn put(&self, url: &str) -> Request {
        self.request(url, self.client.put(url))
    }

    /// A DELETE request.
    pub fn delete(&self, url: &str) -> Request {
        self.request(url, self.client.delete(url))
    }

    /// A POST request.
    pub fn post(&self, url: &str) -> Request {
        self.request(url, self.client.post(url))
    }

    fn request(&self, url: &str, builder: reqwest::RequestBuilder) -> Request {
        let builder = builder.timeout(self.timeout);
        Request { url: url.to_owned(), builder, timeout: self.timeout, limit: self.limit }
    }
}

/// A request that has not been sent.
#[derive(Debug)]
pub struct Request {
    url: String,
    builder: reqwest::RequestBuilder,
    timeout: Duration,
    limit: usize,
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

    /// Adds a user name and password.
    #[must_use]
    pub fn basic_auth(mut self, user: &str, password: &str) -> Self {
        self.builder = self.builder.basic_auth(user, Some(password));
        self
    }

    /// Sends the request; returns the response with any status, as soon as its headers have arrived.
    pub async fn send(self) -> Result<reqwest::Response, FetchError> {
        self.builder.send().await.map_err(|error| unreachable(&self.url, &error, self.timeout))
    }

    /// Sends the request; returns status, headers and body of the response with any status.
    pub async fn response(self) -> Result<(StatusCode, HeaderMap, Vec<u8>), FetchError> {
        let (url, timeout, limit) = (self.url.clone(), self.timeout, self.limit);
        let mut response = self.send().await?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&url, &error, timeout))? {
            if body.len() + chunk.len() > limit {
                return Err(FetchError::TooLarge { url, limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok((status, headers, body))
    }

    /// Sends the request; returns the body of a 2xx response.
    pub async fn bytes(self) -> Result<Vec<u8>, FetchError> {
        let url = self.url.clone();
        let (status, _, body) = self.response().await?;
        if status.is_success() {
            return Ok(body);
        }
        Err(FetchError::Status { url, status: status.as_u16(), body: error_message(&body) })
    }

    /// Sends the request; returns the body of a 2xx response as text.
    pub async fn text(self) -> Result<String, FetchError> {
        Ok(String::from_utf8_lossy(&self.bytes().await?).into_owned())
    }

    /// Sends the request; parses the body of a 2xx response as JSON.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, FetchError> {
        let url = self.url.clone();
        let body = self.bytes().await?;
        serde_json::from_slice(&body).map_err(|error| FetchError::Shape { url, reason: error.to_string() })
    }
}

fn unreachable(url: &str, error: &reqwest::Error, timeout: Duration) -> FetchError {
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    let reason = if error.is_timeout() { format!("no answer in {timeout:?}") } else { reason.to_string() };
    FetchError::Unreachable { url: url.to_owned(), reason }
}

/// The error message in a body. Prometheus, `InfluxDB` and Jaeger return JSON, each with another key.
fn error_message(body: &[u8]) -> String {
    let json = serde_json::from_slice(body).unwrap_or(Value::Null);
    let candidates = [json.get("error"), json.get("message"), json.pointer("/errors/0/msg")];
    let text = candidates.into_iter().flatten().find_map(Value::as_str);
    let text = text.map_or_else(|| String::from_utf8_lossy(body), Into::into);
    text.trim().chars().take(MAX_REASON_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_message_is_found_in_the_body_of_each_service() {
        for (body, expected) in [
            (r#"{"status":"error","errorType":"bad_data","error":"parse error: x"}"#, "parse error: x"),
            (r#"{"error":"database not found: metric"}"#, "database not found: metric"),
            (r#"{"data":null,"errors":[{"code":400,"msg":"invalid length"}]}"#, "invalid length"),
            (r#"{"message":"not here"}"#, "not here"),
            (r#"{"other":1}"#, r#"{"other":1}"#),
            ("  plain \n", "plain"),
        ] {
            assert_eq!(error_message(body.as_bytes()), expected);
        }
        assert_eq!(error_message("é".repeat(9000).as_bytes()).chars().count(), MAX_REASON_CHARS);
    }
}
