//! `/envoy/metrics` in OpenMetrics, and compressed.

use std::io::Read;

use envoy_types::pb::io::prometheus::client::MetricFamily;
use flate2::read::GzDecoder;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use reqwest::{Method, Response};

use crate::support::Sink;
use crate::support::messages::{counter, first, gauge, histogram, summary};

/// A sink to which one Envoy has flushed families of all types.
async fn sink() -> Sink {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    let families = vec![
        counter("rq", &[], 3.0),
        counter("rq_total", &[], 4.0),
        counter("cx_total", &[("a", "b\"c")], 5.0),
        counter("odd", &[], 6.0),
        gauge("live", &[], 1.0),
        gauge("rss_bytes", &[], 1e6),
        histogram("rq_time", &[("a", "b")], &[(0.1, 1), (1.0, 1), (3_600_000.0, 2)], 2, 1.5),
        summary("quiet", &[], &[(0.0, 7.5), (1.0, 8.0)], 2, 15.5),
    ];
    stream.send(&first("e", families)).await;
    sink.wait_for_messages(1).await;
    // The store keeps what the Envoy has sent.
    drop(stream);
    sink
}

async fn send(sink: &Sink, method: Method, accept: &str, coding: &str) -> Response {
    let url = format!("http://{}/envoy/metrics", sink.http());
    let request = reqwest::Client::new().request(method, url);
    let response = request.header(ACCEPT, accept).header(ACCEPT_ENCODING, coding).send().await;
    response.expect("a reply").error_for_status().expect("status 200")
}

#[tokio::test]
async fn open_metrics_has_the_series_of_the_text_format() {
    let sink = sink().await;
    let reply = send(&sink, Method::GET, "application/openmetrics-text;version=1.0.0", "identity").await;
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(reply.headers()[CONTENT_TYPE], content_type);
    let node = "job=\"envoy\",instance=\"e\"";
    let expected = format!(
        "\
# TYPE envoy_cx counter
envoy_cx_total{{a=\"b\\\"c\",{node}}} 5
# TYPE envoy_live gauge
envoy_live{{{node}}} 1
# TYPE envoy_odd unknown
envoy_odd{{{node}}} 6
# TYPE envoy_quiet summary
envoy_quiet{{{node},quantile=\"0.0\"}} 7.5
envoy_quiet{{{node},quantile=\"1.0\"}} 8
envoy_quiet_sum{{{node}}} 15.5
envoy_quiet_count{{{node}}} 2
# TYPE envoy_rq unknown
envoy_rq{{{node}}} 3
# TYPE envoy_rq_time histogram
envoy_rq_time_bucket{{a=\"b\",{node},le=\"0.1\"}} 1
envoy_rq_time_bucket{{a=\"b\",{node},le=\"1.0\"}} 1
envoy_rq_time_bucket{{a=\"b\",{node},le=\"3.6e+06\"}} 2
envoy_rq_time_bucket{{a=\"b\",{node},le=\"+Inf\"}} 2
envoy_rq_time_sum{{a=\"b\",{node}}} 1.5
envoy_rq_time_count{{a=\"b\",{node}}} 2
# TYPE envoy_rq_total unknown
envoy_rq_total{{{node}}} 4
# TYPE envoy_rss_bytes gauge
# UNIT envoy_rss_bytes bytes
envoy_rss_bytes{{{node}}} 1000000
# EOF
"
    );
    assert_eq!(reply.text().await.expect("UTF-8"), expected);
}

#[tokio::test]
async fn an_empty_page_in_open_metrics_has_its_end() {
    let sink = Sink::start(&[]).await;
    let reply = send(&sink, Method::GET, "application/openmetrics-text", "identity").await;
    assert_eq!(reply.text().await.expect("UTF-8"), "# EOF\n");
}

#[tokio::test]
async fn compressed_pages_have_the_content_of_the_plain_one() {
    let sink = sink().await;
    for accept in ["text/plain", "application/openmetrics-text;version=1.0.0"] {
        let plain = send(&sink, Method::GET, accept, "identity").await;
        assert_eq!(plain.headers().get(CONTENT_ENCODING), None);
        let plain = plain.bytes().await.expect("a page");
        for coding in ["gzip", "zstd"] {
            let reply = send(&sink, Method::GET, accept, coding).await;
            assert_eq!(reply.headers()[CONTENT_ENCODING], coding);
            assert_eq!(reply.headers()[VARY], "accept, accept-encoding");
            let body = reply.bytes().await.expect("a page");
            let mut decoded = Vec::new();
            match coding {
                "gzip" => GzDecoder::new(&body[..]).read_to_end(&mut decoded).expect("gzip"),
                _ => zstd::Decoder::new(&body[..]).expect("zstd").read_to_end(&mut decoded).expect("zstd"),
            };
            assert_eq!(decoded, plain, "{coding}");
        }
    }
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let sink = sink().await;
    let head = send(&sink, Method::HEAD, "application/openmetrics-text", "gzip").await;
    let get = send(&sink, Method::GET, "application/openmetrics-text", "gzip").await;
    for name in [CONTENT_TYPE, CONTENT_ENCODING, VARY] {
        assert_eq!(head.headers().get(&name), get.headers().get(&name), "{name}");
    }
    assert!(head.bytes().await.expect("no body").is_empty());
}

#[tokio::test]
async fn help_texts_are_shown_escaped_and_the_first_node_decides() {
    let sink = Sink::start(&[]).await;
    let helped = |name: &str, help: &str| MetricFamily { help: Some(help.into()), ..counter(name, &[], 1.0) };
    // The order of arrival does not matter.
    for (id, help) in [("c", "third"), ("b", "a \\ \"b\"\nc"), ("a", "")] {
        let stream = sink.stream().await;
        let long = "x".repeat(2_000);
        stream.send(&first(id, vec![helped("n", help), helped("long", &long)])).await;
        stream.finish().await.unwrap();
    }
    for (accept, name, escaped) in [
        ("text/plain", "envoy_n", "a \\\\ \"b\"\\nc"),
        ("application/openmetrics-text", "envoy_n", "a \\\\ \\\"b\\\"\\nc"),
    ] {
        let request = reqwest::Client::new().get(format!("http://{}/envoy/metrics", sink.http()));
        let page = request.header("accept", accept).send().await.unwrap().text().await.unwrap();
        assert!(page.contains(&format!("# HELP {name} {escaped}\n# TYPE {name} ")), "{page}");
        assert_eq!(page.matches("# HELP ").count(), 1, "{page}");
        assert_eq!(page.matches(&format!("# TYPE {name} ")).count(), 1, "{page}");
    }
}
