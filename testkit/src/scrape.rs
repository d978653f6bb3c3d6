//! One scrape of a service's metrics, and what a test may claim of it.

use prometheus_text::Exposition;
use reqwest::header::CONTENT_TYPE;

/// A page of metrics, as a scraper got it.
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

    /// Scrapes `url`, which may be down.
    ///
    /// # Errors
    /// If there is no answer, or it is not a right page of text format 0.0.4.
    pub async fn try_get(url: &str) -> Result<Self, String> {
        let client = reqwest::Client::builder().no_proxy().build().map_err(|e| format!("{e:?}"))?;
        let response = client.get(url).send().await.map_err(|e| format!("{e:?}"))?;
        let status = response.status();
        let kind =
            response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        let text = response.text().await.map_err(|e| format!("{e:?}"))?;
        if !status.is_success() {
            return Err(format!("{status}: {text}"));
        }
        if !(kind.starts_with("text/plain") && kind.contains("version=0.0.4")) {
            return Err(format!("content type `{kind}` is not text format 0.0.4"));
        }
        let page = prometheus_text::parse(&text).map_err(|error| error.to_string())?;
        Ok(Self { url: url.to_owned(), page })
    }

    /// The page itself.
    #[must_use]
    pub fn page(&self) -> &Exposition {
        &self.page
    }

    /// The value of the one series of that name that has these labels, and perhaps others.
    ///
    /// # Panics
    /// If there is none, or more than one; says which there are.
    #[must_use]
    #[track_caller]
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        match self.page.value(name, labels) {
            Some(value) => value,
            None => panic!(
                "not one series {name} with {labels:?} in {}; of that name there are: {}",
                self.url,
                self.listed(name)
            ),
        }
    }

    /// The sum of all series of that name that have these labels; 0 without any.
    #[must_use]
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.page.matching(name, labels).map(|sample| sample.value).sum()
    }

    /// Whether there is such a series.
    #[must_use]
    pub fn has(&self, name: &str, labels: &[(&str, &str)]) -> bool {
        self.page.matching(name, labels).next().is_some()
    }

    fn listed(&self, name: &str) -> String {
        let series = self.page.series(name);
        let lines: Vec<String> =
            series.iter().map(|sample| format!("\n  {sample} {}", sample.value)).collect();
        if lines.is_empty() { "none".to_owned() } else { lines.concat() }
    }
}
