//! HTTP requests to InfluxDB.

mod verdict;

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{RequestBuilder, Response};

use crate::destination::{Credentials, Destination};
use crate::queue::Batch;

pub(crate) use verdict::Verdict;

/// Maximum number of bytes read of a response's body, which is only logged.
const MAX_BODY_BYTES: usize = 64 << 10;

#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) destination: Destination,
    /// Timeout of a request, including its response.
    pub(crate) timeout: Duration,
    pub(crate) gzip: bool,
}

impl Client {
    /// Whether the database must be created before the first write.
    pub(crate) fn creates_database(&self) -> bool {
        self.destination.create.is_some()
    }

    pub(crate) async fn write(&self, batch: &Batch) -> Verdict {
        let request = self.http.post(self.destination.write.clone());
        let request = request.header(CONTENT_TYPE, "text/plain; charset=utf-8");
        let lines = batch.lines().as_bytes();
        let request = if self.gzip {
            request.header(CONTENT_ENCODING, "gzip").body(gzip(lines))
        } else {
            request.body(lines.to_vec())
        };
        match self.send(request).await {
            Ok(response) => {
                verdict::of_write(response.status, response.retry_after, &response.body, batch.points())
            }
            Err(error) => Verdict::unreachable(&error),
        }
    }

    /// Creates the database if it does not exist and the destination says so.
    pub(crate) async fn create_database(&self) -> Verdict {
        let Some((url, statement)) = &self.destination.create else { return Verdict::WRITTEN };
        let mut url = url.clone();
        url.query_pairs_mut().append_pair("q", statement);
        match self.send(self.http.post(url)).await {
            Ok(response) => verdict::of_create(response.status, response.retry_after, response.body),
            Err(error) => Verdict::unreachable(&error),
        }
    }

    async fn send(&self, request: RequestBuilder) -> reqwest::Result<Reply> {
        let request = match &self.destination.credentials {
            Credentials::None => request,
            Credentials::User { name, password } => request.basic_auth(name, Some(password)),
            Credentials::Token(token) => request.header(reqwest::header::AUTHORIZATION, token.clone()),
        };
        let response = request.timeout(self.timeout).send().await?;
        Ok(Reply {
            status: response.status().as_u16(),
            retry_after: retry_after(&response),
            body: body(response).await,
        })
    }
}

/// A response, read up to [`MAX_BODY_BYTES`].
struct Reply {
    status: u16,
    retry_after: Option<Duration>,
    body: String,
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The body as far as it arrives: it is only logged.
async fn body(mut response: Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk[..chunk.len().min(MAX_BODY_BYTES - body.len())]);
        if body.len() == MAX_BODY_BYTES {
            break;
        }
    }
    String::from_utf8_lossy(&body).trim().to_owned()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("writing to a Vec cannot fail")
}
