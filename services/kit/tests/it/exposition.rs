//! `/metrics`: format, compression, exemplars, and HEAD.

use std::io::Read;
use std::time::{Duration, UNIX_EPOCH};

use axum::body::Body;
use flate2::read::GzDecoder;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, TRANSFER_ENCODING, VARY,
};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use kit::endpoints::metrics_and_health;
use kit::exposition::{Exemplar, MetricsPage};
use prometheus::proto::LabelPair;
use prometheus::{Gauge, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry};
use tower::ServiceExt;

use crate::support::serve;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Counters with and without `_total`, one that clashes with a gauge in OpenMetrics, a gauge, and a histogram.
fn registry() -> Registry {
    let registry = Registry::new();
    let cups = IntCounterVec::new(Opts::new("cups_total", "Cups of \"tea\".\nOr \\ coffee."), &["kind"]);
    let cups = cups.expect("valid");
    cups.with_label_values(&["a \"b\"\\\nc"]).inc_by(3);
    let saucers = IntCounter::new("saucers", "Saucers.").expect("valid");
    let pots = IntCounter::new("pots_total", "Pots.").expect("valid");
    let clash = IntGauge::new("pots", "Clashes with the counter's family.").expect("valid");
    let load = Gauge::new("load_ratio", "Load.").expect("valid");
    load.set(0.000_025);
    let brewing = HistogramOpts::new("brewing_seconds", "Time.").buckets(vec![0.5, 1.0, 1e6]);
    let brewing = HistogramVec::new(brewing, &["kind"]).expect("valid");
    for seconds in [0.25, 0.75, 0.75, 2e6] {
        brewing.with_label_values(&["oolong"]).observe(seconds);
    }
    registry.register(Box::new(cups)).expect("registered once");
    registry.register(Box::new(saucers)).expect("registered once");
    registry.register(Box::new(pots)).expect("registered once");
    registry.register(Box::new(clash)).expect("registered once");
    registry.register(Box::new(load)).expect("registered once");
    registry.register(Box::new(brewing)).expect("registered once");
    registry
}

struct Reply {
    status: StatusCode,
    headers: http::HeaderMap,
    body: Vec<u8>,
    frames: usize,
}

impl Reply {
    fn text(self) -> String {
        String::from_utf8(self.body).expect("UTF-8")
    }
}

async fn send(page: impl Into<MetricsPage>, method: Method, headers: &[(HeaderName, &str)]) -> Reply {
    let mut request = Request::builder().method(method).uri("/metrics");
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let request = request.body(Body::empty()).expect("valid request");
    let response = metrics_and_health(page).oneshot(request).await.expect("infallible");
    let (head, mut rest) = response.into_parts();
    let (mut body, mut frames) = (Vec::new(), 0);
    while let Some(frame) = rest.frame().await {
        body.extend(frame.expect("a frame").into_data().expect("data"));
        frames += 1;
    }
    Reply { status: head.status, headers: head.headers, body, frames }
}

#[tokio::test]
async fn open_metrics_has_the_series_of_the_text_format() {
    let reply =
        send(registry(), Method::GET, &[(ACCEPT, "application/openmetrics-text;version=1.0.0")]).await;
    assert_eq!(reply.headers[CONTENT_TYPE], OPEN_METRICS);
    let expected = "\
# HELP brewing_seconds Time.
# TYPE brewing_seconds histogram
# UNIT brewing_seconds seconds
brewing_seconds_bucket{kind=\"oolong\",le=\"0.5\"} 1
brewing_seconds_bucket{kind=\"oolong\",le=\"1.0\"} 3
brewing_seconds_bucket{kind=\"oolong\",le=\"1e+06\"} 3
brewing_seconds_bucket{kind=\"oolong\",le=\"+Inf\"} 4
brewing_seconds_sum{kind=\"oolong\"} 2.00000175e+06
brewing_seconds_count{kind=\"oolong\"} 4
# HELP cups Cups of \\\"tea\\\".\\nOr \\\\ coffee.
# TYPE cups counter
cups_total{kind=\"a \\\"b\\\"\\\\\\nc\"} 3.0
# HELP load_ratio Load.
# TYPE load_ratio gauge
load_ratio 2.5e-05
# HELP pots Clashes with the counter's family.
# TYPE pots gauge
pots 0.0
# HELP pots_total Pots.
# TYPE pots_total unknown
pots_total 0.0
# HELP saucers Saucers.
# TYPE saucers unknown
saucers 0.0
# EOF
";
    assert_eq!(reply.text(), expected);
}

#[tokio::test]
async fn an_empty_registry_is_a_valid_page_in_open_metrics() {
    let headers = [(ACCEPT, "application/openmetrics-text")];
    assert_eq!(send(Registry::new(), Method::GET, &headers).await.text(), "# EOF\n");
}

#[tokio::test]
async fn the_newest_exemplar_of_each_bucket_and_counter_is_shown() {
    let exemplar = |value: f64, second: u64, id: &str| Exemplar {
        labels: vec![("trace_id".into(), id.into())],
        value,
        time: Some(UNIX_EPOCH + Duration::from_millis(second * 1000 + 5)),
    };
    let too_long = "x".repeat(121);
    let exemplars = vec![
        exemplar(0.25, 7, "a"),
        exemplar(0.75, 8, "b"),
        exemplar(1.0, 9, "c"),
        exemplar(0.6, 8, "d"),
        exemplar(3e6, 8, "e\"f"),
        exemplar(3e6, 9, &too_long),
    ];
    let page = MetricsPage::from(registry()).with_exemplars(move |family, labels: &[LabelPair]| {
        match (family, labels) {
            ("brewing_seconds", [kind]) if kind.value() == "oolong" => exemplars.clone(),
            ("saucers", []) => vec![exemplars[0].clone(), exemplars[1].clone()],
            _ => Vec::new(),
        }
    });
    let headers = [(ACCEPT, "application/openmetrics-text;version=1.0.0")];
    let text = send(page.clone(), Method::GET, &headers).await.text();
    let shown: Vec<&str> = text.lines().filter(|line| line.contains(" # {")).collect();
    let expected = [
        "brewing_seconds_bucket{kind=\"oolong\",le=\"0.5\"} 1 # {trace_id=\"a\"} 0.25 7.005",
        "brewing_seconds_bucket{kind=\"oolong\",le=\"1.0\"} 3 # {trace_id=\"c\"} 1.0 9.005",
        "brewing_seconds_bucket{kind=\"oolong\",le=\"+Inf\"} 4 # {trace_id=\"e\\\"f\"} 3e+06 8.005",
        "saucers 0.0 # {trace_id=\"b\"} 0.75 8.005",
    ];
    assert_eq!(shown, expected);
    assert!(!send(page, Method::GET, &[]).await.text().contains("trace_id"), "not in the text format");
}

#[tokio::test]
async fn compressed_pages_have_the_content_of_the_plain_one() {
    for (accept, content_type) in
        [("*/*", TEXT), ("application/openmetrics-text;version=1.0.0", OPEN_METRICS)]
    {
        let plain = send(registry(), Method::GET, &[(ACCEPT, accept)]).await;
        assert_eq!(plain.headers[VARY], "accept, accept-encoding");
        assert_eq!(plain.headers.get(CONTENT_ENCODING), None);
        for coding in ["gzip", "zstd"] {
            let headers = [(ACCEPT, accept), (ACCEPT_ENCODING, coding)];
            let reply = send(registry(), Method::GET, &headers).await;
            assert_eq!(reply.headers[CONTENT_ENCODING], coding);
            assert_eq!(reply.headers[CONTENT_TYPE], content_type);
            assert_eq!(reply.headers[VARY], "accept, accept-encoding");
            assert_eq!(decode(coding, &reply.body), plain.body, "{coding}");
        }
    }
}

fn decode(coding: &str, body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match coding {
        "gzip" => GzDecoder::new(body).read_to_end(&mut plain).expect("gzip"),
        _ => zstd::stream::read::Decoder::new(body).expect("zstd").read_to_end(&mut plain).expect("zstd"),
    };
    plain
}

#[tokio::test]
async fn a_large_page_is_streamed() {
    let registry = Registry::new();
    for family in 0..300 {
        let gauges =
            prometheus::IntGaugeVec::new(Opts::new(format!("gauge_{family}"), "x"), &["at"]).expect("valid");
        for at in 0..100_i64 {
            // Digits without a pattern, so that the compressed page is large too.
            gauges
                .with_label_values(&[&at.to_string()])
                .set((at * 100 + family).wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64));
        }
        registry.register(Box::new(gauges)).expect("registered once");
    }
    let plain = send(registry.clone(), Method::GET, &[]).await;
    assert!(plain.frames > 10, "{} bytes in {} frames", plain.body.len(), plain.frames);
    for coding in ["gzip", "zstd"] {
        let reply = send(registry.clone(), Method::GET, &[(ACCEPT_ENCODING, coding)]).await;
        assert!(reply.frames > 2, "{} bytes in {} frames", reply.body.len(), reply.frames);
        assert!(reply.body.len() < plain.body.len() / 2);
        assert_eq!(decode(coding, &reply.body), plain.body);
    }
}

#[tokio::test]
async fn a_client_that_refuses_every_coding_gets_406() {
    let reply = send(registry(), Method::GET, &[(ACCEPT_ENCODING, "identity;q=0, br")]).await;
    assert_eq!(reply.status, StatusCode::NOT_ACCEPTABLE);
    assert_eq!(reply.headers[CONTENT_TYPE], "application/problem+json");
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let server = serve(metrics_and_health(registry())).await;
    let client = reqwest::Client::new();
    for (accept, coding) in [("*/*", "gzip"), ("application/openmetrics-text", "zstd"), ("*/*", "identity")] {
        let request = |method| {
            client
                .request(method, server.url("/metrics"))
                .header(ACCEPT, accept)
                .header(ACCEPT_ENCODING, coding)
        };
        let get = request(Method::GET).send().await.expect("a reply");
        let head = request(Method::HEAD).send().await.expect("a reply");
        assert_eq!(head.status(), StatusCode::OK);
        for name in [CONTENT_TYPE, CONTENT_ENCODING, VARY] {
            assert_eq!(head.headers().get(&name), get.headers().get(&name), "{name}");
        }
        assert_eq!(
            get.headers().get(TRANSFER_ENCODING).map(http::HeaderValue::as_bytes),
            Some(&b"chunked"[..])
        );
        assert_eq!(head.bytes().await.expect("a body").len(), 0);
        assert!(!get.bytes().await.expect("a body").is_empty());
    }
    server.stop().await;
}
