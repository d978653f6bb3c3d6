//! Log lines that know their trace.

use axum::Router;
use axum::routing::get;
use kit::telemetry::trace::HttpServerLayer;

use crate::support::{Observed, only, serve};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_line_has_the_ids_of_the_span_that_it_happened_in() {
    let observed = Observed::begin().await;
    let handler = get(|| async {
        // The ids are of the task that is being polled, also after it has waited.
        tokio::task::yield_now().await;
        tracing::info!(cups = 2, "tea");
    });
    let server = serve(Router::new().route("/", handler).layer(HttpServerLayer)).await;
    reqwest::get(server.url("/")).await.expect("a reply");
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
