//! People see traces at the addresses that Jaeger's own pages have.

use opentelemetry_proto::tonic::trace::v1::Span;

use crate::lab::{Lab, span};

const TRACE: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";

#[tokio::test]
async fn a_trace_is_a_waterfall_that_says_what_it_is() {
    let lab = Lab::start().await;
    lab.send("web", vec![span(10, 1, "GET /echo", 1500)]).await;
    lab.send("echo", vec![Span { parent_span_id: vec![1; 8], ..span(10, 2, "<b>&", 20) }]).await;

    let (status, page) = lab.text(&format!("/trace/{TRACE}")).await;
    assert_eq!(status, 200);
    assert!(page.contains("stand-in for Jaeger"));
    assert!(page.contains("GET /echo") && page.contains("1.50 ms"));
    assert!(page.contains("&lt;b&gt;&amp;") && !page.contains("<b>&"), "names are text, not markup");
    assert!(page.find("GET /echo") < page.find("&lt;b&gt;"), "the parent comes first");

    for path in ["/", "/search", "/search?service=web&lookback=1h"] {
        let (status, page) = lab.text(path).await;
        assert!(status == 200 && page.contains(&format!("/trace/{TRACE}")), "{path}");
    }
}

#[tokio::test]
async fn without_spans_the_pages_say_so() {
    let lab = Lab::start().await;
    let (status, page) = lab.text("/").await;
    assert!(status == 200 && page.contains("No spans have come yet"));
    assert_eq!(lab.text(&format!("/trace/{TRACE}")).await.0, 404);
    assert_eq!(lab.text("/trace/x").await.0, 400);
    assert_eq!(lab.text("/nowhere").await.0, 404);
    assert_eq!(lab.text("/search?service=a&limit=none").await.0, 400);
}
