//! Spans at a real Jaeger, with the lab's configuration of it. `JAEGER` is the path of the program.

mod jaeger;

use std::time::Duration;

use jaeger::Jaeger;
use kit::telemetry::{Settings, Telemetry};
use prometheus::{Registry, TextEncoder};
use testkit::eventually;
use tracing::dispatcher::{DefaultGuard, set_default};

/// Maximum time to wait for a condition.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Telemetry of the test's thread.
struct Exporting {
    registry: Registry,
    telemetry: Telemetry,
    _guard: DefaultGuard,
}

fn export(variables: &[(&str, &str)]) -> Exporting {
    let delay = [("OTEL_BSP_SCHEDULE_DELAY", "20")];
    let settings = Settings::from_variables([&delay, variables].concat()).expect("valid settings");
    let (dispatch, telemetry) =
        kit::telemetry::build("kit-test", "1.2.3", &settings, std::io::stderr).expect("valid settings");
    let registry = Registry::new();
    telemetry.register_metrics(&registry).expect("registered once");
    Exporting { registry, telemetry, _guard: set_default(&dispatch) }
}

impl Exporting {
    /// The number of exported spans, and that of dropped ones.
    fn counts(&self) -> (f64, f64) {
        let text = TextEncoder::new().encode_to_string(&self.registry.gather()).expect("encodable");
        let page = prometheus_text::parse(&text).expect("valid exposition");
        let sum = |name: &str| page.series(name).iter().map(|sample| sample.value).sum();
        (sum("otel_spans_exported_total"), sum("otel_spans_dropped_total"))
    }
}

fn record(names: std::ops::Range<usize>, text: &str) {
    for name in names {
        drop(tracing::info_span!("test", otel.name = name.to_string(), text));
    }
}

#[tokio::test]
#[ignore = "needs Jaeger: JAEGER is its path"]
async fn long_attributes_lose_no_span_and_are_cut() {
    let jaeger = Jaeger::start().await;
    let exporting = export(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &jaeger.endpoint())]);
    record(0..320, &"/".repeat(55_000));
    eventually(TIMEOUT, async || exporting.counts() == (320.0, 0.0)).await;
    let traces = jaeger.traces("kit-test", 400).await;
    assert_eq!(traces.len(), 320);
    let tags = traces[0]["spans"][0]["tags"].as_array().expect("tags");
    let text = tags.iter().find(|tag| tag["key"] == "text").expect("an attribute");
    assert_eq!(text["value"].as_str().map(str::len), Some(2048));
    exporting.telemetry.shutdown().await;
}

#[tokio::test]
#[ignore = "needs Jaeger: JAEGER is its path"]
async fn batches_beyond_grpcs_message_size_arrive_in_parts() {
    let jaeger = Jaeger::start().await;
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*jaeger.endpoint()),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "100000"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "tenant=lab"),
    ];
    let exporting = export(&variables);
    // 17 MB, in batches of 27 MB at most.
    record(0..320, &"/".repeat(55_000));
    eventually(TIMEOUT, async || exporting.counts() == (320.0, 0.0)).await;
    assert_eq!(jaeger.traces("kit-test", 400).await.len(), 320);
}

#[tokio::test]
#[ignore = "needs Jaeger: JAEGER is its path"]
async fn the_resource_is_that_of_the_variables() {
    let jaeger = Jaeger::start().await;
    let endpoint = jaeger.endpoint();
    let address = endpoint.trim_start_matches("http://").to_owned();
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*address),
        ("OTEL_EXPORTER_OTLP_INSECURE", "true"),
        ("OTEL_RESOURCE_ATTRIBUTES", "service.name=other,team=a%2Cb,service.version=9"),
        ("OTEL_SERVICE_NAME", "named"),
    ];
    let exporting = export(&variables);
    record(0..1, "");
    eventually(TIMEOUT, async || exporting.counts() == (1.0, 0.0)).await;
    let traces = jaeger.traces("named", 10).await;
    let tags = traces[0]["processes"]["p1"]["tags"].as_array().expect("tags");
    let tag = |key: &str| tags.iter().find(|tag| tag["key"] == key).map(|tag| tag["value"].clone());
    assert_eq!(tag("team"), Some("a,b".into()));
    assert_eq!(tag("service.version"), Some("9".into()));
    assert!(jaeger.traces("other", 10).await.is_empty());
}
