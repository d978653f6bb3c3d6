//! The metrics sink's reader of state files.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use envoy_types::pb::envoy::service::metrics::v3::StreamMetricsMessage;
use envoy_types::pb::io::prometheus::client::{Gauge, Metric, MetricFamily, MetricType};
use metrics_sink::refusal::Refusals;
use metrics_sink::state::format::{self, Writer};
use metrics_sink::store::{Identity, Limits, SavedPart, SavedProcess, Store, Temporality};
use metrics_sink::wire::Message;
use prometheus::Registry;
use prost::Message as _;

const MAX_BYTES: u64 = 1 << 20;

/// Arbitrary bytes are read or refused. What is read is written and read again without a change. Series without a valid
/// checksum never make the page invalid.
pub fn sink_state(data: &[u8]) {
    if let Ok(parts) = format::read(data, MAX_BYTES) {
        let mut writer = Writer::start(Vec::new(), u64::MAX).expect("written");
        parts.iter().for_each(|part| writer.add(part).expect("written"));
        let (file, bytes) = writer.finish().expect("written");
        assert_eq!(file.len() as u64, bytes);
        assert_eq!(format::read(&file[..], u64::MAX).expect("read"), parts);
    }
    for temporality in [Temporality::Cumulative, Temporality::Delta] {
        continue_series(data, temporality);
    }
}

/// Continues a node with these series.
fn continue_series(series: &[u8], temporality: Temporality) {
    let refusals = Refusals::register(&Registry::new()).expect("an empty registry");
    let store = Arc::new(Store::new(LIMITS, temporality, Arc::new(refusals)));
    let process =
        SavedProcess { uptime_seconds: 100.0, timestamp_ms: 1_100_000, start_ms: 1_000_000, epoch: None };
    let part = SavedPart {
        instance: "e".into(),
        process,
        received_ms: i64::MAX,
        series: series.to_vec(),
        ..SavedPart::default()
    };
    store.restore(vec![part]);
    let stream = store.open(Identity { job: String::new(), instance: "e".into() }).expect("the first node");
    let uptime = Metric {
        gauge: Some(Gauge { value: Some(101.0) }),
        timestamp_ms: Some(1_101_000),
        ..Metric::default()
    };
    let family = MetricFamily {
        name: Some("server.uptime".into()),
        r#type: Some(MetricType::Gauge.into()),
        metric: vec![uptime],
        ..MetricFamily::default()
    };
    let message = StreamMetricsMessage { identifier: None, envoy_metrics: vec![family] }.encode_to_vec();
    let message = Message::parse(&message).expect("valid");
    stream.record_flush().expect("the newest stream");
    stream.apply(&message).expect("the newest stream");
    let page: Vec<u8> = store.page().flat_map(|chunk| chunk.expect("in time")).collect();
    let page = String::from_utf8(page).expect("UTF-8");
    let page = prometheus_text::parse(&page).unwrap_or_else(|error| panic!("{error}\n{page}"));
    assert_eq!(page.value("envoy_server_uptime", &[]), Some(101.0), "continued");
    store.save(|_| Ok::<_, Infallible>(())).expect("saved");
}

const LIMITS: Limits = Limits {
    series: 10_000,
    bytes: 1 << 20,
    nodes: 1,
    label_bytes: 1024,
    stale_after: Duration::from_secs(60),
    age_retention: Duration::from_secs(60),
    page_timeout: Duration::from_secs(60),
};
