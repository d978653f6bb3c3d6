//! Pages at the paths of Jaeger's own.

use opentelemetry_proto::tonic::trace::v1::span::Event;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};

use crate::support::{StandIn, attribute, span};

const TRACE: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";

#[tokio::test]
async fn a_trace_is_shown_as_a_waterfall() {
    let standin = StandIn::start().await;
    standin.send("web", vec![span(10, 1, "GET /echo", 1500)]).await;
    standin.send("echo", vec![Span { parent_span_id: vec![1; 8], ..span(10, 2, "<b>&", 20) }]).await;

    let (status, page) = standin.get(&format!("/trace/{TRACE}")).await;
    assert_eq!(status, 200);
    assert!(page.contains("stand-in for Jaeger"));
    assert!(page.contains("GET /echo") && page.contains("1.50 ms"));
    assert!(page.contains("&lt;b&gt;&amp;") && !page.contains("<b>&"), "names are text, not markup");
    assert!(page.find("GET /echo") < page.find("&lt;b&gt;"), "the parent comes first");

    for path in ["/", "/search", "/search?service=web&lookback=1h"] {
        let (status, page) = standin.get(path).await;
        assert!(status == 200 && page.contains(&format!("/trace/{TRACE}")), "{path}");
    }
}

#[tokio::test]
async fn pages_report_missing_spans_and_invalid_requests() {
    let standin = StandIn::start().await;
    let (status, page) = standin.get("/").await;
    assert!(status == 200 && page.contains("No spans received yet"));
    assert_eq!(standin.get(&format!("/trace/{TRACE}")).await.0, 404);
    assert_eq!(standin.get("/trace/x").await.0, 400);
    assert_eq!(standin.get("/nowhere").await.0, 404);
    assert_eq!(standin.get("/search?service=a&limit=none").await.0, 400);
}

#[tokio::test]
async fn text_from_senders_and_readers_is_escaped() {
    const EVIL: &str = "</td>\"'><script>alert(1)</script>";
    let standin = StandIn::start().await;
    let event = Event { name: EVIL.into(), attributes: vec![attribute(EVIL, EVIL)], ..Event::default() };
    let status = Status { code: 2, message: EVIL.into() };
    let spans = vec![Span {
        attributes: vec![attribute(EVIL, EVIL)],
        events: vec![event],
        status: Some(status),
        trace_state: EVIL.into(),
        ..span(10, 1, EVIL, 1500)
    }];
    standin.send(EVIL, spans).await;
    let evil = "%3C/td%3E%22'%3E%3Cscript%3Ealert(1)%3C/script%3E";
    for path in [
        format!("/trace/{TRACE}"),
        "/search".to_owned(),
        format!("/search?service={evil}&operation={evil}"),
        format!("/search?service=a&limit={evil}"),
        format!("/trace/{evil}"),
    ] {
        let (_, page) = standin.get(&path).await;
        assert!(page.starts_with("<!DOCTYPE html>") && !page.contains("<script"), "{path}: {page}");
    }
    let (_, page) = standin.get(&format!("/trace/{TRACE}")).await;
    assert!(page.matches("&lt;script&gt;alert(1)").count() >= 7, "every occurrence is escaped: {page}");
}
