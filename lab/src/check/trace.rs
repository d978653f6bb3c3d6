//! Claims on traces and logs: one request is one trace through all parts, and each part's log carries its id.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};

use crate::{
    clock::{unix_now, until},
    jaeger::Span,
    parts::Parts,
    service::Service,
    table::Claim,
};

/// Exporters send in batches.
const PATIENCE: Duration = Duration::from_secs(20);

/// The spans of one echo through the edge, each the parent of the next: service and, where we make it, kind.
const PATH: [(&str, Option<&str>); 5] = [
    ("envoy", None),
    ("web-client", Some("server")),
    ("web-client", Some("client")),
    ("envoy", None),
    ("echo-server", Some("server")),
];

/// Sends one echo with a trace context of its own, and follows it.
pub(super) async fn claims(parts: &Parts) -> Vec<Claim> {
    let trace_id = &format!("{:016x}{:016x}", random(), random());
    let parent = format!("{:016x}", random());
    let since = unix_now() as u64;
    let sent = parts
        .fetch
        .get(&format!("{}/echo?m=trace", parts.settings.edge))
        .header("traceparent", &format!("00-{trace_id}-{parent}-01"))
        .send()
        .await;
    let claim = "one request is one trace through all parts";
    let answer = match sent {
        Ok(answer) => answer,
        Err(error) => return vec![Claim::failed(claim, error.to_string())],
    };
    let named = answer.headers().get("x-trace-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let named =
        if named == *trace_id { Ok(named.to_owned()) } else { Err(format!("{named:?}, not {trace_id}")) };
    let seen = until(PATIENCE, || async {
        let spans = parts.jaeger.trace(trace_id).await.map_err(|error| error.to_string())?;
        follow(&spans, &parent)
    });
    let log = |service| async move {
        let logged = until(PATIENCE, || logged(parts, service, since, trace_id)).await;
        Claim::from_result(format!("the log of {service} carries the trace id"), logged)
    };
    let (seen, envoy, client, server) =
        tokio::join!(seen, log(Service::Envoy), log(Service::WebClient), log(Service::EchoServer));
    let named = Claim::from_result("the answer names its trace", named);
    vec![Claim::from_result(claim, seen), named, envoy, client, server]
}

/// Whether a line of the service's log has the trace id.
async fn logged(parts: &Parts, service: Service, since: u64, trace_id: &str) -> Result<String, String> {
    let log = parts.docker.logs(service, since).await.map_err(|error| error.to_string())?;
    let carries = log.lines().any(|line| line.contains(trace_id));
    if carries { Ok(format!("trace id {trace_id}")) } else { Err(format!("no line has trace id {trace_id}")) }
}

/// Follows the one chain of spans from the request's own parent.
fn follow(spans: &[Span], parent: &str) -> Result<String, String> {
    if spans.is_empty() {
        return Err("Jaeger has no span of it".into());
    }
    let mut parent = parent.to_owned();
    for (service, kind) in PATH {
        let children: Vec<&Span> =
            spans.iter().filter(|span| span.parent.as_deref() == Some(&parent)).collect();
        let [child] = children[..] else {
            return Err(format!(
                "{} spans instead of one where {service}'s is expected; {}",
                children.len(),
                told(spans)
            ));
        };
        if child.service != service || kind.is_some_and(|kind| child.kind != kind) {
            let kind = kind.unwrap_or("any");
            return Err(format!(
                "{} ({}) of {} where {service} ({kind}) is expected",
                child.name, child.kind, child.service
            ));
        }
        child.id.clone_into(&mut parent);
    }
    if spans.len() > PATH.len() {
        return Err(format!("{} spans instead of {}: {}", spans.len(), PATH.len(), told(spans)));
    }
    Ok(format!(
        "{} spans, each the next one's parent: {}",
        PATH.len(),
        PATH.map(|(service, _)| service).join(" > ")
    ))
}

fn told(spans: &[Span]) -> String {
    let told: Vec<String> = spans.iter().map(|span| format!("{} ({})", span.service, span.name)).collect();
    told.join(", ")
}

/// A random number from the standard library's own seed; never 0, which is no valid id.
pub(super) fn random() -> u64 {
    RandomState::new().build_hasher().finish().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> Vec<Span> {
        let kinds = ["server", "server", "client", "client", "server"];
        PATH.iter()
            .zip(kinds)
            .enumerate()
            .map(|(at, ((service, _), kind))| Span {
                id: format!("{}", at + 1),
                parent: Some(at.to_string()),
                service: (*service).into(),
                name: "echo".into(),
                kind: kind.into(),
            })
            .collect()
    }

    #[test]
    fn the_whole_chain_in_any_order_is_one_trace() {
        let mut spans = chain();
        spans.reverse();
        assert!(follow(&spans, "0").unwrap().starts_with("5 spans"));
    }

    #[test]
    fn a_missing_a_wrong_and_a_further_span_fail() {
        assert!(follow(&[], "0").unwrap_err().contains("no span"));
        assert!(follow(&chain(), "other").is_err());
        let mut spans = chain();
        spans.remove(2);
        assert!(follow(&spans, "0").unwrap_err().contains("0 spans instead of one where web-client"));
        let mut spans = chain();
        spans[4].service = "envoy".into();
        assert!(follow(&spans, "0").unwrap_err().contains("of envoy where echo-server"));
        let mut spans = chain();
        spans.push(Span { id: "9".into(), parent: Some("5".into()), ..chain()[4].clone() });
        assert!(follow(&spans, "0").unwrap_err().contains("6 spans instead of 5"));
    }
}
