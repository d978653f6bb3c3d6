//! A scrape of a service's metrics, and lookups of its samples.

use prometheus_text::{Exposition, ParseError};
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use thiserror::Error;

/// Why a scrape failed.
#[derive(Debug, Error)]
pub enum ScrapeError {
    /// The request failed.
    #[error("{0:?}")]
    Request(#[from] reqwest::Error),
    /// The status is not a success; with the body.
    #[error("{0}: {1}")]
    Status(StatusCode, String),
    /// The content type is not that of text format 0.0.4.
    #[error("content type {0:?} is not text format 0.0.4")]
    ContentType(String),
    /// The body is not a valid exposition.
    #[error(transparent)]
    Exposition(#[from] ParseError),
}

/// The metrics of one scrape.
#[derive(Clone, Debug)]
pub struct Scrape {
    url: String,
    page: Exposition,
}

impl Scrape {
    /// Scrapes `url`.
    ///
    /// # Panics
    /// If [`Self::try_get`] fails.
    pub async fn get(url: impl AsRef<str>) -> Self {
        match Self::try_get(url.as_ref()).await {
            Ok(scrape) => scrape,
            Err(error) => panic!("scrape of {}: {error}", url.as_ref()),
        }
    }

    /// Scrapes `url`.
    ///
    /// # Errors
    /// If there is no successful response, or it is not a valid exposition in text format 0.0.4.
    pub async fn try_get(url: &str) -> Result<Self, ScrapeError> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let response = client.get(url).send().await?;
        let status = response.status();
        let content_type =
            response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        let text = response.text().await?;
        if !status.is_success() {
            return Err(ScrapeError::Status(status, text));
        }
        if !(content_type.starts_with("text/plain") && content_type.contains("version=0.0.4")) {
            return Err(ScrapeError::ContentType(content_type));
        }
        let page = prometheus_text::parse(&text)?;
        Ok(Self { url: url.to_owned(), page })
    }

    /// The parsed exposition.
    #[must_use]
    pub fn page(&self) -> &Exposition {
        &self.page
    }

    /// The value of the single series of this name that has these labels, and possibly more.
    ///
    /// # Panics
    /// If no series matches, or more than one. The message lists the series of this name.
    #[must_use]
    #[track_caller]
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        match self.page.value(name, labels) {
            Some(value) => value,
            None => panic!(
                "expected one series {name} with {labels:?} at {}, found of this name: {}",
                self.url,
                self.list(name)
            ),
        }
    }

    /// The sum of all series of this name that have these labels; 0 if there are none.
    #[must_use]
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.page.matching(name, labels).map(|sample| sample.value).sum()
    }

    /// Whether a series of this name has these labels.
    #[must_use]
    pub fn has(&self, name: &str, labels: &[(&str, &str)]) -> bool {
        self.page.matching(name, labels).next().is_some()
    }

    fn list(&self, name: &str) -> String {
        let series = self.page.series(name);
        let lines: Vec<String> =
            series.iter().map(|sample| format!("\n  {sample} {}", sample.value)).collect();
        if lines.is_empty() { "none".to_owned() } else { lines.concat() }
    }
}
