//! Export of spans to collectors that refuse, fail or stall, and the counts and log lines about it.

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prometheus::{Registry, TextEncoder};
use prometheus_text::Exposition;
use serde_json::Value as Json;
use testkit::eventually;
use testkit::otlp::Collector;
use tonic::{Code, Status};

use crate::support::scripted::{Scripted, spans};
use crate::support::{Is, Observed, TIMEOUT, assert_attributes, only};

const NO_DELAY: (&str, &str) = ("OTEL_BSP_SCHEDULE_DELAY", "10");

/// Telemetry whose spans a scripted collector receives.
struct Exporting {
    observed: Observed,
    registry: Registry,
    collector: Scripted,
}

impl Exporting {
    async fn to(
        variables: &[(&str, &str)],
        answer: impl Fn(&ExportTraceServiceRequest) -> Result<ExportTraceServiceResponse, Status>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        let collector = Scripted::start(answer).await;
        let endpoint = collector.endpoint();
        let variables = [&[("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint)], variables].concat();
        let (observed, registry) = observe(&variables).await;
        Self { observed, registry, collector }
    }

    fn metrics(&self) -> Exposition {
        metrics(&self.registry)
    }

    /// Waits until this many spans are exported or dropped, and returns the number of exported ones.
    async fn finished(&self, spans: usize) -> f64 {
        eventually(TIMEOUT, async || {
            let metrics = self.metrics();
            exported(&metrics) + REASONS.map(|reason| dropped(&metrics, reason)).iter().sum::<f64>()
                == spans as f64
        })
        .await;
        exported(&self.metrics())
    }

    fn log(&self, message: &str) -> Vec<Json> {
        self.observed.lines().into_iter().filter(|line| line["message"] == message).collect()
    }

    /// The first line with this message. It may be written after the counters.
    async fn logged(&self, message: &str) -> Json {
        eventually(TIMEOUT, async || !self.log(message).is_empty()).await;
        self.log(message).swap_remove(0)
    }
}

const REASONS: [&str; 5] = ["queue_full", "refused", "shutdown", "too_large", "unavailable"];

async fn observe(variables: &[(&str, &str)]) -> (Observed, Registry) {
    let observed = Observed::begin_with(Collector::start().await, variables);
    let registry = Registry::new();
    observed.telemetry().register_metrics(&registry).expect("registered once");
    (observed, registry)
}

fn metrics(registry: &Registry) -> Exposition {
    let text = TextEncoder::new().encode_to_string(&registry.gather()).expect("encodable");
    prometheus_text::parse(&text).expect("a valid exposition")
}

fn exported(metrics: &Exposition) -> f64 {
    metrics.value("otel_spans_exported_total", &[]).expect("a series from the start")
}

fn dropped(metrics: &Exposition, reason: &str) -> f64 {
    metrics.value("otel_spans_dropped_total", &[("reason", reason)]).expect("a series from the start")
}

/// Records spans named by their numbers.
fn record(numbers: std::ops::Range<usize>, text: &str) {
    for number in numbers {
        drop(tracing::info_span!("test", otel.name = number.to_string(), text));
    }
}

fn accepted() -> Result<ExportTraceServiceResponse, Status> {
    Ok(ExportTraceServiceResponse::default())
}

fn has_span(request: &ExportTraceServiceRequest, name: &str) -> bool {
    let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    scopes.flat_map(|scope| &scope.spans).any(|span| span.name == name)
}

#[tokio::test(flavor = "current_thread")]
async fn accepted_spans_are_counted_and_every_reason_exists_from_the_start() {
    let exporting = Exporting::to(&[NO_DELAY], |_| accepted()).await;
    assert!(REASONS.iter().all(|reason| dropped(&exporting.metrics(), reason) == 0.0));
    record(0..7, "");
    assert_eq!(exporting.finished(7).await, 7.0);
}

#[tokio::test]
async fn a_long_attribute_of_one_caller_loses_no_span() {
    // Limits as high as a user may set them: the requests are divided by their size.
    let variables = [NO_DELAY, ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "1000000")];
    let exporting = Exporting::to(&variables, |_| accepted()).await;
    let long = "x".repeat(55_000);
    record(0..320, &long);
    assert_eq!(exporting.finished(320).await, 320.0);
    let exports = exporting.collector.exports();
    assert!(exports.iter().all(|export| export.bytes <= 1024 * 1024), "{exports:?}");
    assert_eq!(exports.iter().map(|export| export.spans).sum::<usize>(), 320);
}

#[tokio::test]
async fn a_span_that_alone_is_too_large_is_dropped_and_the_others_are_exported() {
    let variables = [NO_DELAY, ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "2000000")];
    let exporting = Exporting::to(&variables, |_| accepted()).await;
    record(0..3, "");
    record(3..4, &"x".repeat(1_500_000));
    record(4..7, "");
    assert_eq!(exporting.finished(7).await, 6.0);
    assert_eq!(dropped(&exporting.metrics(), "too_large"), 1.0);
    exporting.logged("a span is too large to be exported").await;
}

#[tokio::test]
async fn a_refused_batch_is_divided_until_the_refused_span_is_found() {
    for code in [Code::InvalidArgument, Code::OutOfRange, Code::ResourceExhausted] {
        let refuse = move |request: &ExportTraceServiceRequest| {
            if has_span(request, "77") { Err(Status::new(code, "no 77 here")) } else { accepted() }
        };
        let exporting = Exporting::to(&[NO_DELAY], refuse).await;
        record(0..300, "");
        assert_eq!(exporting.finished(300).await, 299.0, "{code:?}");
        assert_eq!(dropped(&exporting.metrics(), "refused"), 1.0);
        let line = exporting.logged("the collector refused spans").await;
        assert!(line["error"].as_str().expect("text").contains("no 77 here"), "{line}");
        assert_eq!(exporting.log("cannot export traces, spans are lost"), [] as [Json; 0]);
    }
}

#[tokio::test]
async fn a_collector_with_a_low_limit_gets_smaller_requests() {
    let refuse = |request: &ExportTraceServiceRequest| {
        let is_small = spans(request) <= 40;
        if is_small { accepted() } else { Err(Status::resource_exhausted("message larger than max")) }
    };
    let exporting = Exporting::to(&[NO_DELAY], refuse).await;
    record(0..320, "");
    assert_eq!(exporting.finished(320).await, 320.0);
    assert_eq!(exporting.log("the collector refused spans"), [] as [Json; 0]);
}

#[tokio::test]
async fn a_collector_that_refuses_everything_gets_a_bounded_number_of_requests() {
    for code in [Code::InvalidArgument, Code::Unauthenticated] {
        let exporting = Exporting::to(&[NO_DELAY], move |_| Err(Status::new(code, "go away"))).await;
        record(0..512, "");
        assert_eq!(exporting.finished(512).await, 0.0);
        assert_eq!(dropped(&exporting.metrics(), "refused"), 512.0);
        let requests = exporting.collector.exports().len();
        assert!(requests <= 600, "{code:?}: {requests}");
        assert!(exporting.logged("the collector refused spans").await["spans"].is_u64());
    }
}

#[tokio::test]
async fn partial_success_is_logged_with_the_collectors_words_and_counted() {
    let exporting = Exporting::to(&[("OTEL_BSP_SCHEDULE_DELAY", "300")], |request| {
        let rejected_spans = i64::from(spans(request) > 1) * 2;
        let error_message = "two spans are too old".to_owned();
        let partial_success = Some(ExportTracePartialSuccess { rejected_spans, error_message });
        Ok(ExportTraceServiceResponse { partial_success })
    })
    .await;
    record(0..5, "");
    assert_eq!(exporting.finished(5).await, 3.0);
    assert_eq!(dropped(&exporting.metrics(), "refused"), 2.0);
    let line = exporting.logged("the collector refused spans").await;
    assert_eq!(
        (&line["level"], &line["error"], &line["spans"]),
        (&"WARN".into(), &"two spans are too old".into(), &2.into())
    );
    // A message without refused spans is the collector's advice.
    record(5..6, "");
    assert_eq!(exporting.finished(6).await, 4.0);
    let line = exporting.logged("the collector accepted spans with a remark").await;
    assert_eq!(line["words"], "two spans are too old");
}

#[tokio::test]
async fn a_temporary_failure_is_repeated() {
    let attempts = std::sync::atomic::AtomicUsize::new(0);
    let answer = move |_: &ExportTraceServiceRequest| {
        let first = attempts.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        if first { Err(Status::unavailable("restarting")) } else { accepted() }
    };
    let exporting = Exporting::to(&[("OTEL_BSP_SCHEDULE_DELAY", "300")], answer).await;
    record(0..3, "");
    assert_eq!(exporting.finished(3).await, 3.0);
    assert_eq!(exporting.log("cannot export traces, spans are lost"), [] as [Json; 0]);
}

#[tokio::test]
async fn spans_for_an_unavailable_collector_are_counted_and_its_credentials_are_not_logged() {
    let port = testkit::free_port();
    let endpoint = format!("http://user:hunter2@127.0.0.1:{port}");
    let (observed, registry) = observe(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint), NO_DELAY]).await;
    record(0..3, "");
    eventually(TIMEOUT, async || dropped(&metrics(&registry), "unavailable") == 3.0).await;
    let lines = || serde_json::to_string(&observed.lines()).expect("JSON");
    eventually(TIMEOUT, async || lines().contains("cannot export traces, spans are lost")).await;
    assert!(
        lines().contains(&format!("http://127.0.0.1:{port}")) && !lines().contains("hunter2"),
        "{}",
        lines()
    );
}

#[tokio::test]
async fn spans_beyond_the_queue_are_counted_exactly_and_logged_once() {
    let variables = [
        ("OTEL_BSP_MAX_QUEUE_SIZE", "8"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "8"),
        ("OTEL_BSP_SCHEDULE_DELAY", "3600000"),
    ];
    let exporting = Exporting::to(&variables, |_| accepted()).await;
    // On this runtime of one thread nothing is exported before the test awaits.
    record(0..100, "");
    let exported = exporting.finished(100).await;
    let metrics = exporting.metrics();
    assert!(dropped(&metrics, "queue_full") >= 84.0, "{exported}");
    assert_eq!(exported + dropped(&metrics, "queue_full"), 100.0);
    exporting.logged("the queue of spans is full, spans are lost").await;
}

#[tokio::test]
async fn headers_credentials_and_compression_reach_the_collector() {
    let collector = Scripted::start(|_| accepted()).await;
    let endpoint = collector.endpoint().replace("http://", "http://user:p%40ss@");
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint),
        ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%2Cb, tenant = lab"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        NO_DELAY,
    ];
    let (_observed, registry) = observe(&variables).await;
    record(0..1, "");
    eventually(TIMEOUT, async || exported(&metrics(&registry)) == 1.0).await;
    let metadata = collector.exports().swap_remove(0).metadata;
    let header =
        |name: &str| metadata.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!(header("api-key"), "a,b");
    assert_eq!(header("tenant"), "lab");
    assert_eq!(header("authorization"), "Basic dXNlcjpwQHNz");
    assert_eq!(header("grpc-encoding"), "gzip");
}

#[tokio::test]
async fn texts_of_a_span_are_cut() {
    let observed = Observed::begin().await;
    let span = tracing::info_span!("test", otel.name = "n".repeat(5000), url.path = "/".repeat(5000));
    span.in_scope(|| tracing::info!("{}", "m".repeat(5000)));
    drop(span);
    let span = only(&observed.spans().await);
    assert_eq!(span.name.len(), 2048);
    let text = |pair: &testkit::otlp::common::KeyValue| format!("{:?}", pair.value).len();
    assert!(span.attributes.iter().all(|pair| text(pair) < 2200), "{:?}", span.attributes);
    assert!(span.events[0].name.len() == 2048, "{}", span.events[0].name.len());
    let limited = Observed::begin_limited(&[
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "3"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "1"),
    ])
    .await;
    drop(tracing::info_span!("test", first = "äöüß", second = "x"));
    let span = only(&limited.spans().await);
    assert_attributes(&span, &[("first", Is::Text("äöü")), ("second", Is::Missing)]);
    assert_eq!(span.dropped_attributes_count, 1);
}
