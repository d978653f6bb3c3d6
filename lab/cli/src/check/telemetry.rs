//! Claims that our services lose neither log lines nor spans.

use std::time::Duration;

use catalog::Service;
use clients::{Clients, poll::until};
use prometheus_text::Exposition;

use super::metrics::{own_services, scrape};
use crate::table::{Claim, Failure};

/// Timeout for the spans of a request to be exported. Exporters send in batches.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Checks one claim per service, and one on the spans of an echo.
pub(super) async fn claims(clients: &Clients) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (service, address) in own_services(clients) {
        let lines = scrape(clients, service, address).await.and_then(|page| no_line_is_dropped(&page));
        claims.push(Claim::from_result(format!("{service} writes all log lines"), lines));
    }
    claims.push(Claim::from_result("web-client exports its spans and drops none", spans(clients).await));
    claims
}

fn no_line_is_dropped(page: &Exposition) -> Result<String, Failure> {
    match value(page, "log_lines_dropped_total")? {
        0.0 => Ok("0 dropped".to_owned()),
        dropped => Err(format!("{dropped} dropped: the reader of its stdout is too slow").into()),
    }
}

/// Sends an echo, waits until more spans are exported, and compares the dropped ones.
async fn spans(clients: &Clients) -> Result<String, Failure> {
    let address = clients.settings.web_client.as_str();
    let page = async || Spans::of(&scrape(clients, Service::WebClient, address).await?);
    let before = page().await?;
    clients.fetch.get(&format!("{address}/echo?m=spans")).text().await?;
    let after = until(TIMEOUT, async || {
        let after = page().await?;
        if after.exported > before.exported { Ok(after) } else { Err(Failure::from("no span is exported")) }
    })
    .await?;
    after.since(&before)
}

#[derive(Debug, Clone, Copy)]
struct Spans {
    exported: f64,
    dropped: f64,
}

impl Spans {
    fn of(page: &Exposition) -> Result<Self, Failure> {
        let dropped = page.series("otel_spans_dropped_total").iter().map(|sample| sample.value).sum();
        Ok(Self { exported: value(page, "otel_spans_exported_total")?, dropped })
    }

    fn since(&self, before: &Self) -> Result<String, Failure> {
        let (exported, dropped) = (self.exported - before.exported, self.dropped - before.dropped);
        if dropped == 0.0 {
            Ok(format!("{exported} exported, {} since the start; 0 dropped", self.exported))
        } else {
            Err(format!("{exported} exported, {dropped} dropped").into())
        }
    }
}

fn value(page: &Exposition, name: &str) -> Result<f64, Failure> {
    page.value(name, &[]).ok_or_else(|| format!("there is no {name}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Exposition {
        prometheus_text::parse(text).expect("valid")
    }

    #[test]
    fn dropped_lines_refute_the_claim() {
        assert!(no_line_is_dropped(&page("log_lines_dropped_total 0\n")).is_ok());
        assert!(no_line_is_dropped(&page("log_lines_dropped_total 3\n")).is_err());
        assert!(no_line_is_dropped(&page("other 0\n")).is_err());
    }

    #[test]
    fn spans_dropped_earlier_do_not_count_and_later_ones_refute_the_claim() {
        let spans = |exported: u32, refused: u32| {
            let dropped = format!("otel_spans_dropped_total{{reason=\"refused\"}} {refused}\n");
            let dropped = dropped + "otel_spans_dropped_total{reason=\"queue_full\"} 2\n";
            Spans::of(&page(&format!("{dropped}otel_spans_exported_total {exported}\n"))).expect("both")
        };
        let before = spans(10, 5);
        assert_eq!(
            spans(13, 5).since(&before).ok().as_deref(),
            Some("3 exported, 13 since the start; 0 dropped")
        );
        assert!(spans(13, 6).since(&before).is_err());
    }
}
