//! Claims on traces and logs: one request is one trace through all parts, and each part's log carries its id.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};

use catalog::Service;
use clients::{Clients, fetch::Request, jaeger::Span, poll::until, time::unix_now};

use crate::table::Claim;

/// Exporters send in batches.
const PATIENCE: Duration = Duration::from_secs(20);

/// A service, and the kind of its span where we make it.
type Hop = (&'static str, Option<&'static str>);

/// The way of one request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Journey {
    /// What is claimed of it.
    pub(super) claim: &'static str,
    /// Its spans, each the parent of the next.
    path: &'static [Hop],
    /// What the last span has below it.
    below: Below,
    /// Whose log lines carry the trace id.
    logs: &'static [Service],
}

/// What a journey's last span has below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Below {
    /// Nothing.
    Nothing,
    /// At least one span of a database.
    Database,
    /// At least one span of a database that failed; so did the spans of our own services above it.
    FailedDatabase,
}

const ORDER_PATH: &[Hop] = &[
    ("envoy", None),
    ("web-client", Some("server")),
    ("web-client", Some("client")),
    ("envoy", None),
    ("order-service", Some("server")),
];
const ORDER_LOGS: &[Service] = &[Service::Envoy, Service::WebClient, Service::OrderService];

/// An echo through the edge.
pub(super) const ECHO: Journey = Journey {
    claim: "one echo is one trace through all parts",
    path: &[
        ("envoy", None),
        ("web-client", Some("server")),
        ("web-client", Some("client")),
        ("envoy", None),
        ("echo-server", Some("server")),
    ],
    below: Below::Nothing,
    logs: &[Service::Envoy, Service::WebClient, Service::EchoServer],
};

/// An order that is placed through the edge.
pub(super) const ORDER: Journey = Journey {
    claim: "one order is one trace, down to the database",
    path: ORDER_PATH,
    below: Below::Database,
    logs: ORDER_LOGS,
};

/// An order that the store refuses.
pub(super) const FAILED_ORDER: Journey = Journey {
    claim: "a failed order is one trace that carries its error",
    path: ORDER_PATH,
    below: Below::FailedDatabase,
    logs: ORDER_LOGS,
};

/// Sends the request with a trace context of its own, and follows it.
pub(super) async fn claims(parts: &Clients, journey: Journey, request: Request) -> Vec<Claim> {
    let trace_id = &format!("{:016x}{:016x}", random(), random());
    let parent = format!("{:016x}", random());
    let since = unix_now() as u64;
    let sent = request.header("traceparent", &format!("00-{trace_id}-{parent}-01")).send().await;
    let answer = match sent {
        Ok(answer) => answer,
        Err(error) => return vec![Claim::failed(journey.claim, error.to_string())],
    };
    let named = answer.headers().get("x-trace-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let named =
        if named == *trace_id { Ok(named.to_owned()) } else { Err(format!("{named:?}, not {trace_id}")) };
    let seen = until(PATIENCE, || async {
        let spans = parts.jaeger.trace(trace_id).await.map_err(|error| error.to_string())?;
        follow(&spans, &parent, journey)
    });
    let logs = async {
        let mut claims = Vec::new();
        for service in journey.logs {
            let logged = until(PATIENCE, || logged(parts, *service, since, trace_id)).await;
            claims.push(Claim::from_result(format!("the log of {service} carries the trace id"), logged));
        }
        claims
    };
    let (seen, logs) = tokio::join!(seen, logs);
    let mut claims = vec![
        Claim::from_result(journey.claim, seen),
        Claim::from_result("the answer names its trace", named),
    ];
    claims.extend(logs);
    claims
}

/// Whether a line of the service's log has the trace id.
async fn logged(parts: &Clients, service: Service, since: u64, trace_id: &str) -> Result<String, String> {
    let log = parts.docker.logs(service, since).await.map_err(|error| error.to_string())?;
    let carries = log.lines().any(|line| line.contains(trace_id));
    if carries { Ok(format!("trace id {trace_id}")) } else { Err(format!("no line has trace id {trace_id}")) }
}

/// Follows the one chain of spans from the request's own parent.
fn follow(spans: &[Span], parent: &str, journey: Journey) -> Result<String, String> {
    if spans.is_empty() {
        return Err("Jaeger has no span of it".into());
    }
    let children =
        |parent: &str| spans.iter().filter(move |span| span.parent.as_deref() == Some(parent)).collect();
    let mut parent = parent.to_owned();
    for (service, kind) in journey.path {
        let children: Vec<&Span> = children(&parent);
        let [child] = children[..] else {
            return Err(format!(
                "{} spans instead of one where {service}'s is expected; {}",
                children.len(),
                told(spans)
            ));
        };
        if child.service != *service || kind.is_some_and(|kind| child.kind() != kind) {
            return Err(format!(
                "{} ({}) of {} where {service} ({}) is expected",
                child.name,
                child.kind(),
                child.service,
                kind.unwrap_or("any")
            ));
        }
        // Envoy's span has its own view of what failed.
        if journey.below == Below::FailedDatabase && kind.is_some() && !child.failed() {
            return Err(format!("{} of {service} carries no error", child.name));
        }
        child.id.clone_into(&mut parent);
    }
    let last: Vec<&Span> = children(&parent);
    if spans.len() > journey.path.len() + last.len() {
        return Err(format!("{} spans: {}", spans.len(), told(spans)));
    }
    let mut way: Vec<&str> = journey.path.iter().map(|(service, _)| *service).collect();
    let database = database(&last, journey.below)?;
    way.extend(database.as_deref());
    Ok(format!("{} spans, each the next one's parent: {}", spans.len(), way.join(" > ")))
}

/// Holds what is below the last span to what is expected there, and names it.
fn database(spans: &[&Span], below: Below) -> Result<Option<String>, String> {
    let is_database = |span: &&&Span| span.tag("db.system.name").is_some();
    match below {
        Below::Nothing if spans.is_empty() => Ok(None),
        Below::Nothing => Err(format!("{} spans below the last: {}", spans.len(), spans[0].name)),
        Below::Database | Below::FailedDatabase if spans.is_empty() => Err("no span of the database".into()),
        Below::Database | Below::FailedDatabase => {
            if let Some(other) = spans.iter().find(|span| !is_database(span)) {
                return Err(format!("{} is no span of a database", other.name));
            }
            if below == Below::FailedDatabase && !spans.iter().any(|span| span.failed()) {
                return Err("no span of the database carries an error".into());
            }
            let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
            Ok(Some(format!("database ({})", names.join(", "))))
        }
    }
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
mod tests;
