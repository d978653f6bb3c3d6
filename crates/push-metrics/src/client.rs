//! Requests to InfluxDB, and what their replies mean for the points.

mod reply;

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{RequestBuilder, Response};

use crate::batch::Batch;
use crate::destination::{Credentials, Destination};

pub(crate) use reply::Reply;

/// Of a reply's body, which is there to be logged. In bytes.
const LONGEST_REPLY: usize = 64 << 10;

#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) destination: Destination,
    /// Of a request, from its start to the reply's end.
    pub(crate) timeout: Duration,
    pub(crate) gzip: bool,
}

impl Client {
    /// Whether a database has to be made before anything is written.
    pub(crate) fn creates(&self) -> bool {
        self.destination.create.is_some()
    }

    pub(crate) async fn write(&self, batch: &Batch) -> Reply {
        let request = self.http.post(self.destination.write.clone());
        let request = request.header(CONTENT_TYPE, "text/plain; charset=utf-8");
        let lines = batch.lines().as_bytes();
        let request = if self.gzip {
            request.header(CONTENT_ENCODING, "gzip").body(gzip(lines))
        } else {
            request.body(lines.to_vec())
        };
        match self.send(request).await {
            Ok(answer) => reply::to_write(answer.status, answer.retry_after, &answer.body, batch.points()),
            Err(why) => Reply::Later { why, after: None },
        }
    }

    /// Makes the database if it is missing and that is wanted.
    pub(crate) async fn create(&self) -> Reply {
        let Some((url, statement)) = &self.destination.create else { return Reply::WRITTEN };
        let mut url = url.clone();
        url.query_pairs_mut().append_pair("q", statement);
        match self.send(self.http.post(url)).await {
            Ok(answer) => reply::to_create(answer.status, answer.retry_after, answer.body),
            Err(why) => Reply::Later { why, after: None },
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer, String> {
        let request = match &self.destination.credentials {
            Credentials::None => request,
            Credentials::User { name, password } => request.basic_auth(name, Some(password)),
            Credentials::Token(token) => request.header(reqwest::header::AUTHORIZATION, token.clone()),
        };
        let response = request.timeout(self.timeout).send().await.map_err(|error| chain(&error))?;
        Ok(Answer {
            status: response.status().as_u16(),
            retry_after: retry_after(&response),
            body: body(response).await,
        })
    }
}

struct Answer {
    status: u16,
    retry_after: Option<Duration>,
    body: String,
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// As much of it as comes: it only explains the status.
async fn body(mut response: Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk[..chunk.len().min(LONGEST_REPLY - body.len())]);
        if body.len() == LONGEST_REPLY {
            break;
        }
    }
    String::from_utf8_lossy(&body).trim().to_owned()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("a Vec takes everything")
}

/// An error and its causes, as `outer: inner`.
fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
