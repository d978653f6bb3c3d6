//! HTTP requests to InfluxDB.

mod retry_after;
mod verdict;

use std::io::Write as _;
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use reqwest::{RequestBuilder, Response};

use crate::batch::Batch;
use crate::destination::{Credentials, Destination};

pub(crate) use verdict::{Creation, Retry, Verdict};

/// Maximum number of bytes read of a response's body.
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
        self.destination.create_request().is_some()
    }

    pub(crate) async fn write(&self, batch: &Batch) -> Verdict {
        let request = self.http.post(self.destination.write_url());
        let request = request.header(CONTENT_TYPE, "text/plain; charset=utf-8");
        let lines = batch.lines().as_bytes();
        let request = if self.gzip {
            request.header(CONTENT_ENCODING, "gzip").body(gzip(lines))
        } else {
            request.body(lines.to_vec())
        };
        match self.send(request).await {
            Ok(reply) => verdict::of_write(&reply, batch.points()),
            Err(error) => Verdict::Retry(Retry::without_response(&error)),
        }
    }

    /// Creates the database if it does not exist and the destination says so.
    pub(crate) async fn create_database(&self) -> Creation {
        let Some(url) = self.destination.create_request() else { return Creation::Done };
        match self.send(self.http.post(url)).await {
            Ok(reply) => verdict::of_create(&reply),
            Err(error) => Creation::Retry(Retry::without_response(&error)),
        }
    }

    async fn send(&self, request: RequestBuilder) -> reqwest::Result<Reply> {
        let request = match &self.destination.credentials {
            Credentials::None => request,
            Credentials::User { name, password } => request.basic_auth(name, Some(password)),
            Credentials::Token(token) => request.header(AUTHORIZATION, token.clone()),
        };
        let request = request.timeout(self.timeout).build()?;
        let url = request.url().clone();
        let response = self.http.execute(request).await?;
        let headers = response.headers();
        let location = headers.get(LOCATION).map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned());
        // A client that was passed in may follow redirects, with another method and without the points.
        let followed = Some(response.url()).filter(|answered| **answered != url).map(ToString::to_string);
        Ok(Reply {
            status: response.status().as_u16(),
            retry_after: retry_after::retry_after(headers, SystemTime::now()),
            redirect: followed.or(location.filter(|_| response.status().is_redirection())),
            is_influxdb: ["x-influxdb-version", "x-influxdb-build"]
                .iter()
                .any(|name| headers.contains_key(*name)),
            body: body(response).await,
        })
    }
}

/// A response, read up to [`MAX_BODY_BYTES`].
#[derive(Debug, Default)]
struct Reply {
    status: u16,
    retry_after: Option<Duration>,
    /// The address to which the request was, or is to be, redirected.
    redirect: Option<String>,
    /// The response has InfluxDB's headers.
    is_influxdb: bool,
    body: String,
}

/// The body as far as it arrives.
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
