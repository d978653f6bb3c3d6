//! Alertmanager's HTTP API: the alerts it holds, and its configuration.

use serde::Deserialize;

use crate::{
    fetch::{Fetch, FetchError},
    prometheus::Labels,
};

/// A client of one Alertmanager; cheap to clone.
#[derive(Clone, Debug)]
pub struct Alertmanager {
    fetch: Fetch,
    base: String,
}

impl Alertmanager {
    /// `base` is its URL without a trailing slash.
    pub fn new(fetch: Fetch, base: &str) -> Self {
        Self { fetch, base: base.to_owned() }
    }

    /// The configuration that it runs with, as YAML without secrets.
    pub async fn configuration(&self) -> Result<String, FetchError> {
        #[derive(Deserialize)]
        struct Status {
            config: Config,
        }
        #[derive(Deserialize)]
        struct Config {
            original: String,
        }
        let status: Status = self.fetch.get(&format!("{}/api/v2/status", self.base)).json().await?;
        Ok(status.config.original)
    }

    /// The labels of the alerts that are not resolved.
    pub async fn unresolved(&self) -> Result<Vec<Labels>, FetchError> {
        #[derive(Deserialize)]
        struct Alert {
            labels: Labels,
        }
        let alerts: Vec<Alert> = self.fetch.get(&format!("{}/api/v2/alerts", self.base)).json().await?;
        Ok(alerts.into_iter().map(|alert| alert.labels).collect())
    }

    /// The attempts to send a mail since its start.
    pub async fn mail_attempts(&self) -> Result<MailAttempts, FetchError> {
        let page = self.fetch.get(&format!("{}/metrics", self.base)).text().await?;
        Ok(MailAttempts::read(&page))
    }
}

/// Attempts to send a mail. A mail that fails is tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailAttempts {
    /// Attempts that the mail server accepted.
    pub accepted: u64,
    /// Attempts that failed.
    pub failed: u64,
}

impl MailAttempts {
    /// Reads a page of metrics.
    fn read(page: &str) -> Self {
        let sum = |name: &str| {
            let samples =
                page.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('{')?.split_once("} "));
            let mails = samples.filter(|(labels, _)| labels.contains(r#"integration="email""#));
            mails.filter_map(|(_, value)| value.parse::<f64>().ok()).sum::<f64>() as u64
        };
        let failed = sum("alertmanager_notification_requests_failed_total");
        Self { accepted: sum("alertmanager_notification_requests_total").saturating_sub(failed), failed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_failed_attempts_of_mails_are_counted() {
        let page = "# TYPE alertmanager_notification_requests_total counter\n\
            alertmanager_notification_requests_total{integration=\"email\"} 7\n\
            alertmanager_notification_requests_total{integration=\"webhook\"} 50\n\
            alertmanager_notification_requests_failed_total{integration=\"email\"} 3\n";
        assert_eq!(MailAttempts::read(page), MailAttempts { accepted: 4, failed: 3 });
    }
}
