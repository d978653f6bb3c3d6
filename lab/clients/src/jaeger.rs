//! Jaeger's query API: traces and their spans.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::fetch::{Fetch, FetchError};

/// A span.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Span {
    /// Hexadecimal id.
    pub id: String,
    /// Id of the parent span.
    pub parent: Option<String>,
    /// Name of the service that reported it.
    pub service: String,
    /// Name of the operation.
    pub name: String,
    /// Attributes.
    pub tags: BTreeMap<String, Value>,
    /// Start time, in Unix microseconds.
    pub start_us: u64,
    /// Duration, in microseconds.
    pub duration_us: u64,
    /// Events, in the reported order.
    pub events: Vec<Event>,
}

/// An event of a span.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Time, in Unix microseconds.
    pub at_us: u64,
    /// Name; may be empty.
    pub name: String,
    /// Attributes.
    pub tags: BTreeMap<String, Value>,
}

/// A trace, with the spans that have arrived.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Hexadecimal id.
    pub id: String,
    /// The trace's spans; not empty.
    pub spans: Vec<Span>,
}

impl Span {
    /// The value of a tag, if it is a string.
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags.get(key).and_then(Value::as_str)
    }

    /// The span kind (`server`, `client`, ...), or an empty string.
    pub fn kind(&self) -> &str {
        self.tag("span.kind").unwrap_or_default()
    }

    /// Whether its status is an error. Envoy sets the tag `error` to a string.
    pub fn failed(&self) -> bool {
        self.tags.get("error") == Some(&Value::Bool(true))
            || self.tag("error") == Some("true")
            || self.tag("otel.status_code") == Some("ERROR")
    }
}

/// A client of one Jaeger; cheap to clone.
#[derive(Clone, Debug)]
pub struct Jaeger {
    fetch: Fetch,
    base: String,
}

impl Jaeger {
    /// `base` is its URL without a trailing slash.
    pub fn new(fetch: Fetch, base: &str) -> Self {
        Self { fetch, base: base.to_owned() }
    }

    /// The services that have reported spans, sorted. Jaeger returns them in a different order each time.
    pub async fn services(&self) -> Result<Vec<String>, FetchError> {
        #[derive(Deserialize)]
        struct Services {
            // `null` if there are none.
            data: Option<Vec<String>>,
        }
        let services: Services = self.fetch.get(&format!("{}/api/services", self.base)).json().await?;
        let mut names = services.data.unwrap_or_default();
        names.sort_unstable();
        Ok(names)
    }

    /// The spans of a trace that have arrived; empty if the trace is unknown.
    pub async fn trace(&self, id: &str) -> Result<Vec<Span>, FetchError> {
        match self.fetch.get(&format!("{}/api/traces/{id}", self.base)).json::<Response>().await {
            Ok(response) => Ok(response.data.into_iter().flat_map(RawTrace::into_spans).collect()),
            Err(FetchError::Status { status: 404, .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The number of traces that match; `query` has Jaeger's parameters (`service`, `limit`, ...).
    pub async fn count(&self, query: &[(&str, &str)]) -> Result<usize, FetchError> {
        Ok(self.find(query).await?.data.len())
    }

    /// The traces that match; see [`Jaeger::count`] for the parameters.
    pub async fn traces(&self, query: &[(&str, &str)]) -> Result<Vec<Trace>, FetchError> {
        let found = self.find(query).await?.data.into_iter();
        let traces = found.map(|raw| Trace { id: raw.trace_id.clone(), spans: raw.into_spans() });
        Ok(traces.filter(|trace| !trace.spans.is_empty()).collect())
    }

    async fn find(&self, query: &[(&str, &str)]) -> Result<Response, FetchError> {
        self.fetch.get(&format!("{}/api/traces", self.base)).query(query).json().await
    }
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    data: Vec<RawTrace>,
}

#[derive(Deserialize)]
struct RawTrace {
    #[serde(rename = "traceID")]
    trace_id: String,
    spans: Vec<RawSpan>,
    processes: BTreeMap<String, Process>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Process {
    service_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawSpan {
    #[serde(rename = "spanID")]
    span_id: String,
    operation_name: String,
    #[serde(default)]
    references: Vec<Reference>,
    #[serde(rename = "processID")]
    process_id: String,
    #[serde(default)]
    tags: Vec<Tag>,
    start_time: u64,
    duration: u64,
    // `null` if there are none.
    #[serde(default)]
    logs: Option<Vec<Log>>,
}

#[derive(Deserialize)]
struct Log {
    timestamp: u64,
    #[serde(default)]
    fields: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    ref_type: String,
    #[serde(rename = "spanID")]
    span_id: String,
}

#[derive(Deserialize)]
struct Tag {
    key: String,
    value: Value,
}

impl RawTrace {
    fn into_spans(self) -> Vec<Span> {
        let processes = self.processes;
        self.spans
            .into_iter()
            .map(|span| Span {
                parent: span
                    .references
                    .into_iter()
                    .find(|reference| reference.ref_type == "CHILD_OF")
                    .map(|reference| reference.span_id),
                service: processes
                    .get(&span.process_id)
                    .map(|process| process.service_name.clone())
                    .unwrap_or_default(),
                tags: by_key(span.tags),
                id: span.span_id,
                name: span.operation_name,
                start_us: span.start_time,
                duration_us: span.duration,
                events: span.logs.unwrap_or_default().into_iter().map(Log::into_event).collect(),
            })
            .collect()
    }
}

impl Log {
    /// Jaeger reports the name of an OpenTelemetry event as the field `event`.
    fn into_event(self) -> Event {
        let mut tags = by_key(self.fields);
        let name = tags.remove("event").and_then(|name| name.as_str().map(str::to_owned));
        Event { at_us: self.timestamp, name: name.unwrap_or_default(), tags }
    }
}

fn by_key(tags: Vec<Tag>) -> BTreeMap<String, Value> {
    tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_its_service_parent_kind_and_events() {
        let response: Response = serde_json::from_str(
            r#"{"data":[{"traceID":"t","spans":[
                {"traceID":"t","spanID":"b","operationName":"GET /echo","processID":"p1","startTime":1,"duration":2,
                 "references":[{"refType":"CHILD_OF","traceID":"t","spanID":"a"}],
                 "tags":[{"key":"n","type":"int64","value":1},{"key":"span.kind","type":"string","value":"server"}],
                 "logs":[{"timestamp":2,"fields":[{"key":"event","type":"string","value":"retry"},{"key":"n","type":"int64","value":3}]}]}],
              "processes":{"p1":{"serviceName":"web-client","tags":[]}}}],"errors":null}"#,
        )
        .unwrap();
        let spans: Vec<Span> = response.data.into_iter().flat_map(RawTrace::into_spans).collect();
        let expected = Span {
            id: "b".into(),
            parent: Some("a".into()),
            service: "web-client".into(),
            name: "GET /echo".into(),
            tags: [("n".to_owned(), 1.into()), ("span.kind".to_owned(), "server".into())].into(),
            start_us: 1,
            duration_us: 2,
            events: vec![Event { at_us: 2, name: "retry".into(), tags: [("n".to_owned(), 3.into())].into() }],
        };
        assert_eq!(spans, [expected]);
        assert_eq!((spans[0].kind(), spans[0].failed()), ("server", false));
    }

    #[test]
    fn a_span_with_any_of_the_error_tags_has_failed() {
        let span =
            |key: &str, value: Value| Span { tags: [(key.to_owned(), value)].into(), ..Span::default() };
        for failed in [
            span("error", true.into()),
            span("error", "true".into()),
            span("otel.status_code", "ERROR".into()),
        ] {
            assert!(failed.failed(), "{failed:?}");
        }
        for succeeded in [
            Span::default(),
            span("error", false.into()),
            span("error", "false".into()),
            span("otel.status_code", "OK".into()),
        ] {
            assert!(!succeeded.failed(), "{succeeded:?}");
        }
    }
}
