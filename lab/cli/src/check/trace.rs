//! Claims that a request is one trace through all services, and that each service logs its trace id.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};

use catalog::Service;
use clients::{Clients, fetch::Request, jaeger::Span, poll::until, time::unix_now};

use crate::table::{Claim, Failure};

/// Timeout for spans and log lines to arrive. Exporters send in batches.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The service of a span, and the span's kind if one of our services creates it.
type Hop = (&'static str, Option<&'static str>);

/// The expected trace of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Journey {
    /// The claim.
    pub(super) claim: &'static str,
    /// The spans, each the parent of the next.
    path: &'static [Hop],
    /// The children of the last span.
    below: Below,
    /// The services that log the trace id.
    logs: &'static [Service],
}

/// The children of the last span in the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Below {
    /// None.
    Nothing,
    /// At least one database span.
    Database,
    /// At least one failed database span; our own services' spans above it have failed, too.
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
    claim: "one echo is one trace through all services",
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

/// An order through the edge.
pub(super) const ORDER: Journey = Journey {
    claim: "one order is one trace, down to the database",
    path: ORDER_PATH,
    below: Below::Database,
    logs: ORDER_LOGS,
};

/// An order that the store refuses.
pub(super) const FAILED_ORDER: Journey = Journey {
    claim: "a failed order is one trace with its error",
    path: ORDER_PATH,
    below: Below::FailedDatabase,
    logs: ORDER_LOGS,
};

/// Sends the request with a new trace id, and checks its trace and the logs.
pub(super) async fn claims(clients: &Clients, journey: Journey, request: Request) -> Vec<Claim> {
    let trace_id = &format!("{:016x}{:016x}", random(), random());
    let parent = format!("{:016x}", random());
    let since = unix_now() as u64;
    let sent = request.header("traceparent", &format!("00-{trace_id}-{parent}-01")).send().await;
    let response = match sent {
        Ok(response) => response,
        Err(error) => return vec![Claim::failed(journey.claim, error.to_string())],
    };
    let header = response.headers().get("x-trace-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let header = if header == *trace_id {
        Ok(header.to_owned())
    } else {
        Err(Failure::from(format!("{header:?}, not {trace_id}")))
    };
    let trace = until(TIMEOUT, || async {
        let spans = clients.jaeger.trace(trace_id).await?;
        follow(&spans, &parent, journey)
    });
    let logs = async {
        let mut claims = Vec::new();
        for service in journey.logs {
            let logged = until(TIMEOUT, || logged(clients, *service, since, trace_id)).await;
            claims.push(Claim::from_result(format!("the log of {service} has the trace id"), logged));
        }
        claims
    };
    let (trace, logs) = tokio::join!(trace, logs);
    let mut claims = vec![
        Claim::from_result(journey.claim, trace),
        Claim::from_result("the response has the trace id in a header", header),
    ];
    claims.extend(logs);
    claims
}

/// Whether a line of the service's log has the trace id.
async fn logged(clients: &Clients, service: Service, since: u64, trace_id: &str) -> Result<String, Failure> {
    let log = clients.docker.logs(service, since).await?;
    let has_id = log.lines().any(|line| line.contains(trace_id));
    if has_id {
        Ok(format!("trace id {trace_id}"))
    } else {
        Err(format!("no line with trace id {trace_id}").into())
    }
}

/// Checks that the spans are exactly the expected chain below `parent`, the span id that the request was sent with.
fn follow(spans: &[Span], parent: &str, journey: Journey) -> Result<String, Failure> {
    if spans.is_empty() {
        return Err("Jaeger has no span of the trace".into());
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
                list(spans)
            )
            .into());
        };
        if child.service != *service || kind.is_some_and(|kind| child.kind() != kind) {
            return Err(format!(
                "{} ({}) of {} where {service} ({}) is expected",
                child.name,
                child.kind(),
                child.service,
                kind.unwrap_or("any")
            )
            .into());
        }
        // Envoy has its own definition of a failed span.
        if journey.below == Below::FailedDatabase && kind.is_some() && !child.failed() {
            return Err(format!("{} of {service} has no error", child.name).into());
        }
        child.id.clone_into(&mut parent);
    }
    let last: Vec<&Span> = children(&parent);
    if spans.len() > journey.path.len() + last.len() {
        return Err(format!("{} spans: {}", spans.len(), list(spans)).into());
    }
    let mut path: Vec<&str> = journey.path.iter().map(|(service, _)| *service).collect();
    let database = database(&last, journey.below)?;
    path.extend(database.as_deref());
    Ok(format!("{} spans, each the parent of the next: {}", spans.len(), path.join(" > ")))
}

/// Compares the children of the last span with the expected ones, and describes them.
fn database(spans: &[&Span], below: Below) -> Result<Option<String>, Failure> {
    let is_database = |span: &&&Span| span.tag("db.system.name").is_some();
    match below {
        Below::Nothing if spans.is_empty() => Ok(None),
        Below::Nothing => Err(format!("{} spans below the last: {}", spans.len(), spans[0].name).into()),
        Below::Database | Below::FailedDatabase if spans.is_empty() => Err("no database span".into()),
        Below::Database | Below::FailedDatabase => {
            if let Some(other) = spans.iter().find(|span| !is_database(span)) {
                return Err(format!("{} is not a database span", other.name).into());
            }
            if below == Below::FailedDatabase && !spans.iter().any(|span| span.failed()) {
                return Err("no database span has an error".into());
            }
            let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
            Ok(Some(format!("database ({})", names.join(", "))))
        }
    }
}

fn list(spans: &[Span]) -> String {
    let names: Vec<String> = spans.iter().map(|span| format!("{} ({})", span.service, span.name)).collect();
    names.join(", ")
}

/// A random number, seeded by the standard library; never 0, which is not a valid id.
pub(super) fn random() -> u64 {
    RandomState::new().build_hasher().finish().max(1)
}

#[cfg(test)]
mod tests;
