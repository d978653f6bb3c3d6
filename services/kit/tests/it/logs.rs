//! Trace and span ids in log lines.

use axum::Router;
use axum::routing::get;
use kit::telemetry::trace::HttpServerLayer;

use crate::support::{Observed, only, serve};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_line_inside_a_span_has_its_ids() {
    let observed = Observed::begin().await;
    let handler = get(|| async {
        // The span must still be current after the task was suspended.
        tokio::task::yield_now().await;
        tracing::info!(cups = 2, "tea");
    });
    let server = serve(Router::new().route("/", handler).layer(HttpServerLayer)).await;
    reqwest::get(server.url("/")).await.expect("a response");
    tracing::info!("outside");
    server.stop().await;
    let lines = observed.lines();
    let line = |message: &str| lines.iter().find(|line| line["message"] == message).expect(message).clone();
    let (inside, outside) = (line("tea"), line("outside"));
    let span = only(&observed.spans().await);
    assert_eq!(inside["trace_id"], hex(&span.trace_id));
    assert_eq!(inside["span_id"], hex(&span.span_id));
    assert_eq!(inside["cups"], 2);
    assert_eq!(outside.get("trace_id"), None);
}
