//! Spans: of the call, and of the database below it.

use reqwest::Method;
use testkit::otlp::common::any_value::Value;
use testkit::otlp::trace::span::SpanKind;
use testkit::otlp::trace::status::StatusCode;
use testkit::otlp::{Collector, Received};
use testkit::{Exemplar, eventually_some};
use tonic::Request;

use crate::support::{Client, TIMEOUT, folder, program, tea};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const FAILED_TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "b7ad6b7169203331";

async fn traced_create(client: &Client, trace: &str) -> Result<(), tonic::Status> {
    let mut request = Request::new(tea(trace));
    let context = format!("00-{trace}-{PARENT}-01").parse().expect("ASCII");
    request.metadata_mut().insert("traceparent", context);
    client.clone().create(request).await.map(|_| ())
}

/// The spans of the call and of the database.
async fn spans(collector: &Collector, trace: &str) -> [Received; 2] {
    let mut spans =
        eventually_some(TIMEOUT, async || Some(collector.trace(trace)).filter(|spans| spans.len() == 2))
            .await;
    spans.sort_by_key(|received| received.span.kind == SpanKind::Client as i32);
    spans.try_into().expect("two")
}

fn attribute(received: &Received, key: &str) -> Option<String> {
    let pair = received.span.attributes.iter().find(|pair| pair.key == key)?;
    match pair.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        other => Some(format!("{other:?}")),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_error(received: &Received) -> bool {
    received.span.status.as_ref().is_some_and(|status| status.code == StatusCode::Error as i32)
}

#[tokio::test]
async fn a_calls_span_joins_the_callers_trace_and_has_the_databases_span_as_child() {
    let collector = Collector::start().await;
    let folder = folder();
    let endpoint = collector.endpoint();
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "20")];
    let program = program::start(folder.path(), &variables);
    let client = program::client(&program).await;
    traced_create(&client, TRACE).await.expect("placed");

    let [call, database] = spans(&collector, TRACE).await;
    assert_eq!((&*call.service, &*database.service), ("order-service", "order-service"));
    assert_eq!(call.span.name, "go.micro.srv.order.Order/Create");
    assert_eq!(hex(&call.span.parent_span_id), PARENT);
    assert_eq!(database.span.parent_span_id, call.span.span_id);
    assert_eq!((database.span.name.as_str(), database.span.kind), ("INSERT orders", SpanKind::Client as i32));
    for (key, value) in [
        ("db.system.name", "sqlite"),
        ("db.operation.name", "INSERT"),
        ("db.collection.name", "orders"),
        ("db.query.summary", "INSERT orders"),
    ] {
        assert_eq!(attribute(&database, key).as_deref(), Some(value), "{key}");
    }
    assert!(!is_error(&call) && !is_error(&database));
    assert_eq!(attribute(&database, "error.type"), None);
    let line = program.logged("order placed").await;
    assert_eq!((&line["trace_id"], &line["span_id"]), (&TRACE.into(), &hex(&call.span.span_id).into()));

    let exemplars = Exemplar::scrape(program.url("--metrics-port", "/metrics").await).await;
    let [exemplar] = &exemplars[..] else { panic!("{exemplars:?}") };
    assert_eq!(exemplar.label("__name__"), "micro_request_duration_seconds_bucket");
    assert_eq!(exemplar.label("method"), "Order.Create");
    assert_eq!((exemplar.label("trace_id"), exemplar.label("span_id")), (TRACE, &*hex(&call.span.span_id)));

    let admin = program.url("--admin-port", "/faults/read-only").await;
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    http.request(Method::PUT, admin).send().await.expect("a reply");
    traced_create(&client, FAILED_TRACE).await.expect_err("refused");

    let [call, database] = spans(&collector, FAILED_TRACE).await;
    assert!(is_error(&call) && is_error(&database));
    // SQLITE_READONLY
    assert_eq!(attribute(&database, "db.response.status_code").as_deref(), Some("8"));
    assert_eq!(attribute(&database, "error.type").as_deref(), Some("8"));
    let message = database.span.status.as_ref().map(|status| status.message.as_str());
    assert_eq!(message, Some("attempt to write a readonly database"));
    assert_eq!(program.logged("the store failed").await["trace_id"], FAILED_TRACE);
}
