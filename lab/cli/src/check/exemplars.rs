//! Claims that the exemplars of each histogram lead to the span of the call in Jaeger.

use std::time::Duration;

use catalog::{Selection, Tutorial};
use clients::{Clients, jaeger::Span, poll::until, prometheus::Exemplar, time::unix_now};

use crate::table::{Claim, Failure};

/// Timeout for an exemplar to be scraped, and then for its span to arrive.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How old an exemplar may be, in seconds.
const MAX_AGE: f64 = 60.0;

/// A histogram of calls, and the span of each.
#[derive(Clone, Copy, Debug)]
struct Histogram {
    /// The service of the span, which is also the job of the series.
    service: &'static str,
    name: &'static str,
    /// The span's kind.
    kind: &'static str,
}

const ECHO: [Histogram; 3] = [
    Histogram { service: "web-client", name: "http_server_request_duration_seconds", kind: "server" },
    Histogram { service: "web-client", name: "grpc_client_handling_seconds", kind: "client" },
    Histogram { service: "echo-server", name: "grpc_server_handling_seconds", kind: "server" },
];
const ORDER: Histogram =
    Histogram { service: "order-service", name: "micro_request_duration_seconds", kind: "server" };

fn histograms(tutorial: Selection) -> Vec<Histogram> {
    ECHO.into_iter().chain(tutorial.has(Tutorial::Order).then_some(ORDER)).collect()
}

/// Checks a claim for each histogram, under load.
pub(super) async fn claims(clients: &Clients) -> Vec<Claim> {
    let mut claims = Vec::new();
    for histogram in histograms(clients.settings.tutorial) {
        let claim = format!("{} leads to traces of {}", histogram.name, histogram.service);
        claims.push(Claim::from_result(claim, trace(clients, histogram).await));
    }
    claims
}

async fn trace(clients: &Clients, histogram: Histogram) -> Result<String, Failure> {
    let exemplar = until(TIMEOUT, || newest(clients, histogram)).await?;
    until(TIMEOUT, || async {
        let id = exemplar.labels.get("trace_id").ok_or("an exemplar without the label trace_id")?;
        let spans = clients.jaeger.trace(id).await?;
        Ok(find(&spans, &exemplar, histogram)?)
    })
    .await
}

async fn newest(clients: &Clients, Histogram { service, name, .. }: Histogram) -> Result<Exemplar, Failure> {
    let selector = format!(r#"{name}_bucket{{job="{service}"}}"#);
    let now = unix_now();
    let all = clients.prometheus.exemplars(&selector, now - MAX_AGE, now).await?;
    let newest = all.into_iter().max_by(|a, b| a.time.total_cmp(&b.time));
    newest.ok_or_else(|| format!("Prometheus has no exemplar of {selector} from the last {MAX_AGE} s").into())
}

/// Finds the exemplar's span among those of its trace.
fn find(spans: &[Span], exemplar: &Exemplar, histogram: Histogram) -> Result<String, String> {
    let Exemplar { labels, value, .. } = exemplar;
    let (trace, id) =
        (&labels["trace_id"], labels.get("span_id").ok_or("an exemplar without the label span_id")?);
    let span = spans.iter().find(|span| span.id == *id);
    let span =
        span.ok_or_else(|| format!("Jaeger has no span {id} in trace {trace}, of {} spans", spans.len()))?;
    if span.service != histogram.service || span.kind() != histogram.kind {
        return Err(format!("span {id} is {} ({}) of {}", span.name, span.kind(), span.service));
    }
    let took = Duration::from_micros(span.duration_us);
    Ok(format!("an exemplar of {value} s is {} in trace {trace}, which took {took:?}", span.name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SERVER: Histogram = ECHO[2];

    fn exemplar(labels: &[(&str, &str)]) -> Exemplar {
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Exemplar { series: [].into(), labels, value: 0.002, time: 1.0 }
    }

    fn span(id: &str, service: &str, kind: &str) -> Span {
        let tags = [("span.kind".to_owned(), json!(kind))].into();
        Span { id: id.into(), service: service.into(), name: "echo".into(), tags, ..Span::default() }
    }

    #[test]
    fn an_exemplar_leads_to_the_span_of_its_service_and_kind() {
        let exemplar = exemplar(&[("trace_id", "t"), ("span_id", "b")]);
        let spans = [span("a", "web-client", "client"), span("b", "echo-server", "server")];
        assert!(find(&spans, &exemplar, SERVER).unwrap().contains("echo in trace t"));
        for (spans, reason) in [
            (&[][..], "no span b in trace t, of 0 spans"),
            (&spans[..1], "no span b in trace t, of 1 spans"),
            (&[span("b", "web-client", "server")], "of web-client"),
            (&[span("b", "echo-server", "client")], "(client)"),
        ] {
            let error = find(spans, &exemplar, SERVER).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn an_exemplar_needs_the_id_of_its_span() {
        let error = find(&[], &exemplar(&[("trace_id", "t")]), SERVER).unwrap_err();
        assert_eq!(error, "an exemplar without the label span_id");
    }
}
