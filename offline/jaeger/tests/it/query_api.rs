//! Jaeger's query API.

use opentelemetry_proto::tonic::trace::v1::{Span, Status, span::Event, status::StatusCode};
use serde_json::{Value, json};

use crate::support::{self, StandIn, attribute, span};

const TRACE: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";

async fn get(standin: &StandIn, path: &str) -> (u16, Value) {
    let (status, text) = standin.get(path).await;
    (status, serde_json::from_str(&text).unwrap())
}

async fn search(standin: &StandIn, query: &str) -> Vec<String> {
    let (status, response) = get(standin, &format!("/api/traces?{query}")).await;
    assert_eq!(status, 200, "{response}");
    let traces = response["data"].as_array().unwrap();
    traces.iter().map(|trace| trace["traceID"].as_str().unwrap().to_owned()).collect()
}

fn failing_child() -> Span {
    Span {
        parent_span_id: vec![1; 8],
        kind: 3,
        attributes: vec![attribute("rpc.system", "grpc")],
        events: vec![Event {
            time_unix_nano: support::now_micros() * 1000 + 2000,
            name: "exception".into(),
            attributes: vec![attribute("exception.message", "no")],
            ..Event::default()
        }],
        status: Some(Status { code: StatusCode::Error.into(), message: "broken".into() }),
        ..span(10, 2, "call", 3)
    }
}

#[tokio::test]
async fn returns_a_trace_by_id() {
    let standin = StandIn::start().await;
    standin.send("web", vec![span(10, 1, "GET /echo", 7)]).await;
    standin.send("web", vec![failing_child()]).await;
    standin.send("echo", vec![Span { parent_span_id: vec![2; 8], ..span(10, 3, "handle", 1) }]).await;

    let (status, response) = get(&standin, &format!("/api/traces/{TRACE}")).await;
    assert_eq!(status, 200);
    assert_eq!(response["errors"], json!(null));
    let trace = &response["data"][0];
    assert_eq!(trace["traceID"], TRACE);
    let spans = trace["spans"].as_array().unwrap();
    assert_eq!(spans.len(), 3);
    let call = spans.iter().find(|span| span["operationName"] == "call").unwrap();
    assert_eq!(call["traceID"], TRACE);
    assert_eq!(call["spanID"], "0202020202020202");
    assert_eq!(
        call["references"],
        json!([{ "refType": "CHILD_OF", "traceID": TRACE, "spanID": "0101010101010101" }])
    );
    assert_eq!(call["duration"], 3);
    assert!(call["startTime"].as_u64().unwrap().abs_diff(support::now_micros()) < 60_000_000);
    assert_eq!(
        call["tags"],
        json!([
            { "key": "rpc.system", "type": "string", "value": "grpc" },
            { "key": "span.kind", "type": "string", "value": "client" },
            { "key": "otel.status_code", "type": "string", "value": "ERROR" },
            { "key": "error", "type": "bool", "value": true },
            { "key": "otel.status_description", "type": "string", "value": "broken" },
        ])
    );
    assert_eq!(
        call["logs"][0]["fields"],
        json!([
            { "key": "event", "type": "string", "value": "exception" },
            { "key": "exception.message", "type": "string", "value": "no" },
        ])
    );
    assert_eq!(call["processID"], "p1");
    let names = [&trace["processes"]["p1"]["serviceName"], &trace["processes"]["p2"]["serviceName"]];
    assert_eq!(names, ["web", "echo"]);
    assert_eq!(
        trace["processes"]["p1"]["tags"],
        json!([{ "key": "host.name", "type": "string", "value": "h" }])
    );
}

#[tokio::test]
async fn searches_traces_by_service_operation_tags_and_time() {
    let standin = StandIn::start().await;
    standin.send("web", vec![span(10, 1, "GET /", 100)]).await;
    standin.send("web", vec![span(11, 1, "GET /echo", 9_000)]).await;
    standin.send("web", vec![failing_child()]).await;
    standin.send("echo", vec![span(12, 1, "handle", 1)]).await;
    let other = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";

    assert_eq!(search(&standin, "service=web").await, [other, TRACE]);
    assert_eq!(search(&standin, "service=web&limit=1").await, [other]);
    assert_eq!(search(&standin, "service=web&operation=GET%20%2F").await, [TRACE]);
    assert_eq!(search(&standin, "service=web&tags=%7B%22error%22%3A%22true%22%7D").await, [TRACE]);
    assert_eq!(search(&standin, "service=web&tag=rpc.system%3Agrpc&tag=host.name%3Ah").await, [TRACE]);
    assert_eq!(search(&standin, "service=web&minDuration=5ms").await, [other]);
    assert_eq!(search(&standin, "service=web&start=1&end=2&lookback=1h").await, [""; 0]);
    assert_eq!(search(&standin, &format!("traceID={TRACE}&traceID=99")).await, [TRACE]);
    assert_eq!(search(&standin, "service=nobody").await, [""; 0]);
}

#[tokio::test]
async fn lists_services_and_operations() {
    let standin = StandIn::start().await;
    assert_eq!(get(&standin, "/api/services").await.1["data"], json!([]));
    standin.send("web", vec![span(10, 1, "b", 1), Span { kind: 2, ..span(10, 2, "a", 1) }]).await;
    standin.send("a/b c", vec![span(11, 1, "x", 1)]).await;

    let (_, services) = get(&standin, "/api/services").await;
    assert_eq!((&services["data"], &services["total"]), (&json!(["a/b c", "web"]), &json!(2)));
    assert_eq!(get(&standin, "/api/services/web/operations").await.1["data"], json!(["a", "b"]));
    assert_eq!(get(&standin, "/api/services/a%2Fb%20c/operations").await.1["data"], json!(["x"]));
    assert_eq!(
        get(&standin, "/api/operations?service=web&spanKind=server").await.1["data"],
        json!([{ "name": "a", "spanKind": "server" }])
    );
}

#[tokio::test]
async fn errors_use_jaegers_envelope() {
    let standin = StandIn::start().await;
    let (status, response) = get(&standin, &format!("/api/traces/{TRACE}")).await;
    assert_eq!(status, 404);
    assert_eq!(response["data"], json!(null));
    assert_eq!(response["errors"], json!([{ "code": 404, "msg": "trace not found" }]));
    for (path, code) in
        [("/api/traces/xyz", 400), ("/api/traces", 400), ("/api/operations", 400), ("/api/nothing", 404)]
    {
        let (status, response) = get(&standin, path).await;
        assert_eq!((status, &response["errors"][0]["code"]), (code, &json!(code)), "{path}");
    }
}
