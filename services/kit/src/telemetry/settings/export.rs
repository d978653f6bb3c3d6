//! Where spans are exported, and how.

use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::endpoint::Endpoint;
use super::pairs;
use super::variables::{InvalidVariable, Variables};

const DEFAULT_ENDPOINT: &str = "http://localhost:4317";
/// A queue takes its memory when it is created: at this size, some 30 MiB.
const MAX_QUEUE_SPANS: u32 = 65_536;
const DEFAULT_QUEUE_SPANS: u32 = 2048;
const DEFAULT_BATCH_SPANS: u32 = 512;
const DEFAULT_DELAY: Duration = Duration::from_secs(5);
const DEFAULT_BATCH_TIMEOUT: Duration = Duration::from_secs(30);
const DEFAULT_REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// A collector, and how spans are sent to it.
#[derive(Debug, Clone)]
pub struct Export {
    /// Address of the collector.
    pub endpoint: Endpoint,
    /// Headers of each request, including the authorization.
    pub headers: HeaderMap,
    /// Whether requests are compressed with gzip.
    pub gzip: bool,
    /// Maximum duration of a request with its retries; `None` is unlimited.
    pub request_timeout: Option<Duration>,
    /// Batches of spans.
    pub batches: Batches,
}

/// Batches of spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batches {
    /// Maximum number of spans that wait.
    pub queue_spans: usize,
    /// Maximum number of spans of a batch.
    pub batch_spans: usize,
    /// Maximum time that a span waits for others.
    pub delay: Duration,
    /// Maximum duration of the export of a batch, with all its requests; `None` is unlimited.
    pub timeout: Option<Duration>,
}

/// The export, and whether an endpoint is set.
pub(super) fn read(variables: &Variables) -> Result<(Export, bool), InvalidVariable> {
    for name in ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] {
        variables.one_of(name, &["grpc"])?;
    }
    let endpoint = endpoint(variables)?;
    let has_endpoint = endpoint.is_some();
    let default = || Endpoint::parse(DEFAULT_ENDPOINT, false).expect("the default is valid");
    let endpoint = endpoint.unwrap_or_else(default);
    let compression = ["OTEL_EXPORTER_OTLP_COMPRESSION", "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION"]
        .map(|name| variables.one_of(name, &["gzip", "none"]));
    let timeout = ["OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"]
        .map(|name| variables.number(name, 0..=i32::MAX as u32));
    let export = Export {
        headers: headers(variables, &endpoint)?,
        endpoint,
        gzip: last(compression)? == Some("gzip"),
        request_timeout: timeout_or(last(timeout)?, DEFAULT_REQUEST_TIMEOUT),
        batches: batches(variables)?,
    };
    Ok((export, has_endpoint))
}

/// The value for traces if there is one, or else the one for all signals.
fn last<T>([all, traces]: [Result<Option<T>, InvalidVariable>; 2]) -> Result<Option<T>, InvalidVariable> {
    let all = all?;
    Ok(traces?.or(all))
}

/// OpenTelemetry defines 0 as unlimited.
fn timeout_or(milliseconds: Option<u32>, default: Duration) -> Option<Duration> {
    match milliseconds {
        Some(0) => None,
        Some(milliseconds) => Some(Duration::from_millis(milliseconds.into())),
        None => Some(default),
    }
}

fn endpoint(variables: &Variables) -> Result<Option<Endpoint>, InvalidVariable> {
    let insecure = ["OTEL_EXPORTER_OTLP_INSECURE", "OTEL_EXPORTER_OTLP_TRACES_INSECURE"]
        .map(|name| variables.one_of(name, &["true", "false"]));
    let insecure = last(insecure)? == Some("true");
    let expected = "an address such as http://jaeger:4317, without a path: TLS is not supported";
    let endpoints = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"].map(|name| {
        let has_secret = variables.text(name)?.is_some_and(|value| value.contains('@'));
        let parse = |value: &str| Endpoint::parse(value, insecure);
        if has_secret {
            variables.secret(name, expected, parse)
        } else {
            variables.parsed(name, expected, parse)
        }
    });
    last(endpoints)
}

/// The headers that are set; the endpoint's credentials if they contain no authorization.
fn headers(variables: &Variables, endpoint: &Endpoint) -> Result<HeaderMap, InvalidVariable> {
    let expected = "percent-encoded header fields such as api-key=secret,tenant=lab";
    let headers = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"]
        .map(|name| variables.secret(name, expected, parse_headers));
    let mut headers = last(headers)?.unwrap_or_default();
    if let Some(authorization) = endpoint.authorization()
        && !headers.contains_key(AUTHORIZATION)
    {
        headers.insert(AUTHORIZATION, authorization.clone());
    }
    Ok(headers)
}

fn parse_headers(list: &str) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs::parse(list)? {
        let name = HeaderName::try_from(name).ok()?;
        let mut value = HeaderValue::try_from(value).ok()?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Some(headers)
}

fn batches(variables: &Variables) -> Result<Batches, InvalidVariable> {
    let queue = variables.number("OTEL_BSP_MAX_QUEUE_SIZE", 1..=MAX_QUEUE_SPANS)?;
    let queue = queue.unwrap_or(DEFAULT_QUEUE_SPANS);
    let batch = variables.number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 1..=queue)?;
    let delay = variables.number("OTEL_BSP_SCHEDULE_DELAY", 1..=i32::MAX as u32)?;
    let timeout = variables.number("OTEL_BSP_EXPORT_TIMEOUT", 0..=i32::MAX as u32)?;
    Ok(Batches {
        queue_spans: queue as usize,
        batch_spans: batch.unwrap_or(DEFAULT_BATCH_SPANS.min(queue)) as usize,
        delay: delay.map_or(DEFAULT_DELAY, |milliseconds| Duration::from_millis(milliseconds.into())),
        timeout: timeout_or(timeout, DEFAULT_BATCH_TIMEOUT),
    })
}
