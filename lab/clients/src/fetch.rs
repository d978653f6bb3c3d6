//! HTTP to the lab's parts: bounded in time and size, with errors that name the address.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How long any one answer may take, unless told otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How large it may be, in bytes.
const MAX_BODY: usize = 64 << 20;
/// Longer than what a part says of its errors.
const MAX_REASON: usize = 500;

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
        /// What the part says of it, else the beginning of the body.
        body: String,
    },
    /// A body over the limit.
    #[error("{url} answers more than {limit} bytes")]
    TooLarge {
        /// What was asked.
        url: String,
        /// How many it may answer.
        limit: usize,
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

impl FetchError {
    /// The reason alone, for whom the address tells nothing.
    pub fn reason(&self) -> String {
        match self {
            Self::Unreachable { reason, .. } => format!("cannot be reached: {reason}"),
            Self::Status { status, body, .. } => format!("answers {status}: {body}"),
            Self::TooLarge { limit, .. } => format!("answers more than {limit} bytes"),
            Self::Shape { reason, .. } => format!("answers something unexpected: {reason}"),
        }
    }
}

/// An HTTP client for the lab's network; cheap to clone.
#[derive(Clone, Debug)]
pub struct Fetch {
    client: reqwest::Client,
    timeout: Duration,
    limit: usize,
}

impl Fetch {
    /// A client over TCP that ignores the proxies of the environment: all of the lab is near.
    pub fn new() -> Result<Self, reqwest::Error> {
        Ok(Self::with(reqwest::Client::builder().no_proxy().build()?))
    }

    /// A client over a Unix socket; the host in its URLs is not looked at.
    pub fn over_socket(path: &std::path::Path) -> Result<Self, reqwest::Error> {
        Ok(Self::with(reqwest::Client::builder().no_proxy().unix_socket(path).build()?))
    }

    fn with(client: reqwest::Client) -> Self {
        Self { client, timeout: TIMEOUT, limit: MAX_BODY }
    }

    /// The same client, with a time and a size (bytes) of its own for each answer.
    #[must_use]
    pub fn bounded(&self, timeout: Duration, limit: usize) -> Self {
        Self { client: self.client.clone(), timeout, limit }
    }

    /// A GET request to be finished by `text`, `json` or `bytes`.
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

/// One request; the errors name its address.
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

    /// The response whatever its status, once its head is there.
    pub async fn send(self) -> Result<reqwest::Response, FetchError> {
        self.builder.send().await.map_err(|error| unreachable(&self.url, &error, self.timeout))
    }

    /// Status, headers and body of the response whatever its status.
    pub async fn whole(self) -> Result<(StatusCode, HeaderMap, Vec<u8>), FetchError> {
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

    /// The body of a 2xx response.
    pub async fn bytes(self) -> Result<Vec<u8>, FetchError> {
        let url = self.url.clone();
        let (status, _, body) = self.whole().await?;
        if status.is_success() {
            return Ok(body);
        }
        Err(FetchError::Status { url, status: status.as_u16(), body: said(&body) })
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

fn unreachable(url: &str, error: &reqwest::Error, timeout: Duration) -> FetchError {
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    let reason = if error.is_timeout() { format!("no answer in {timeout:?}") } else { reason.to_string() };
    FetchError::Unreachable { url: url.to_owned(), reason }
}

/// What a part says of its error. Prometheus, `InfluxDB` and Jaeger have it in JSON, each in its own place.
fn said(body: &[u8]) -> String {
    let json = serde_json::from_slice(body).unwrap_or(Value::Null);
    let places = [json.get("error"), json.get("message"), json.pointer("/errors/0/msg")];
    let text = places.into_iter().flatten().find_map(Value::as_str);
    let text = text.map_or_else(|| String::from_utf8_lossy(body), Into::into);
    text.trim().chars().take(MAX_REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_in_the_parts_own_words() {
        for (body, expected) in [
            (r#"{"status":"error","errorType":"bad_data","error":"parse error: x"}"#, "parse error: x"),
            (r#"{"error":"database not found: metric"}"#, "database not found: metric"),
            (r#"{"data":null,"errors":[{"code":400,"msg":"invalid length"}]}"#, "invalid length"),
            (r#"{"message":"not here"}"#, "not here"),
            (r#"{"other":1}"#, r#"{"other":1}"#),
            ("  plain \n", "plain"),
        ] {
            assert_eq!(said(body.as_bytes()), expected);
        }
        assert_eq!(said("é".repeat(9000).as_bytes()).chars().count(), MAX_REASON);
    }
}
