//! A server on a free port, and the logs and spans of one test.

pub(crate) mod scripted;

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use kit::shutdown::Drained;
use kit::telemetry::{Settings, Telemetry};
use serde_json::Value as Json;
use testkit::Running;
use testkit::otlp::common::any_value::Value;
use testkit::otlp::trace::{Span, status::StatusCode};
use testkit::otlp::{Collector, Received};
use tracing::dispatcher::{DefaultGuard, set_default};

pub(crate) const SERVICE: &str = "tested";
/// Maximum time to wait for a condition.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);

/// Longer than a test takes.
const GRACE: Duration = Duration::from_secs(600);

/// Logs and spans of a single-threaded test: a collector, and a dispatcher that is the thread's default.
pub(crate) struct Observed {
    collector: Collector,
    telemetry: Telemetry,
    log: Memory,
    guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl io::Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Observed {
    pub(crate) async fn begin() -> Self {
        let collector = Collector::start().await;
        let endpoint = collector.endpoint();
        Self::begin_with(collector, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)])
    }

    /// Telemetry with these variables.
    pub(crate) fn begin_with(collector: Collector, variables: &[(&str, &str)]) -> Self {
        let settings = Settings::from_variables(variables.iter().copied()).expect("valid settings");
        let log = Memory::default();
        let writer = log.clone();
        let (dispatch, telemetry) =
            kit::telemetry::build(SERVICE, "1.2.3", &settings, move || writer.clone())
                .expect("valid settings");
        Self { collector, telemetry, log, guard: set_default(&dispatch) }
    }

    /// As [`Observed::begin`], with these limits.
    pub(crate) async fn begin_limited(limits: &[(&str, &str)]) -> Self {
        let collector = Collector::start().await;
        let endpoint = collector.endpoint();
        let variables = [&[("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint)], limits].concat();
        Self::begin_with(collector, &variables)
    }

    pub(crate) fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }

    /// Flushes and returns all spans; in the order of arrival.
    pub(crate) async fn spans(self) -> Vec<Received> {
        drop(self.guard);
        self.telemetry.shutdown().await;
        self.collector.by_service(SERVICE)
    }

    /// The log lines so far.
    pub(crate) fn lines(&self) -> Vec<Json> {
        let bytes = self.log.0.lock().expect("not poisoned").clone();
        let text = String::from_utf8(bytes).expect("UTF-8");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }
}

/// Serves a router on a free port, with a long grace period.
pub(crate) async fn serve(router: Router) -> Running<Drained> {
    testkit::start(|listener, shutdown| kit::server::serve(listener, router, shutdown, GRACE)).await
}

/// The span, if it is the only one.
#[track_caller]
pub(crate) fn only(spans: &[Received]) -> Span {
    assert_eq!(spans.len(), 1, "{spans:#?}");
    spans[0].span.clone()
}

/// The expected type and value of an attribute.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Is {
    Text(&'static str),
    Int(i64),
    Missing,
}

/// Asserts that the span has these attributes.
#[track_caller]
pub(crate) fn assert_attributes(span: &Span, expected: &[(&str, Is)]) {
    for (key, is) in expected {
        let pair = span.attributes.iter().find(|pair| pair.key == *key);
        let found = pair.and_then(|pair| pair.value.clone()?.value);
        let expected = match *is {
            Is::Text(text) => Some(Value::StringValue(text.into())),
            Is::Int(number) => Some(Value::IntValue(number)),
            Is::Missing => None,
        };
        assert_eq!(found, expected, "{key} of {span:#?}");
    }
}

/// Whether the span's status is an error.
pub(crate) fn failed(span: &Span) -> bool {
    span.status.as_ref().is_some_and(|status| status.code() == StatusCode::Error)
}
