//! A page is right at any time: no series twice, no family in two places, no histogram that is half of one flush.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::Sink;
use crate::support::messages::{counter, first, histogram};

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_right_while_envoys_flush_restart_and_go() {
    let sink = Arc::new(Sink::start(&["--stale-after=1s"]).await);
    let done = Arc::new(AtomicBool::new(false));
    let mut envoys = Vec::new();
    for node in ["a", "b"] {
        let (sink, done) = (Arc::clone(&sink), Arc::clone(&done));
        envoys.push(tokio::spawn(async move {
            let mut value = 0.0;
            while !done.load(Ordering::Relaxed) {
                let stream = sink.stream().await;
                for flush in 0..10 {
                    // More than a piece of the page; each third run leaves the upper half to become stale.
                    let clusters = if (value as u64).is_multiple_of(3) { 100 } else { 200 };
                    let families = (0..clusters).flat_map(|cluster| {
                        let labels = [("envoy.cluster_name", format!("cluster-{cluster}"))];
                        let labels = labels.each_ref().map(|(name, value)| (*name, value.as_str()));
                        let buckets = [(0.5, 1), (1.0, 2), (5.0, 3)];
                        [counter("rq", &labels, value), histogram("rq_time", &labels, &buckets, 3, 4.5)]
                    });
                    stream.send(&first(node, families.collect())).await;
                    value = if flush == 9 { 0.0 } else { value + 1.0 };
                }
                let _ = stream.finish().await;
            }
        }));
    }
    let mut seen = 0;
    for _ in 0..40 {
        let page = sink.envoys().await;
        let mut parts: HashMap<String, Vec<(String, f64)>> = HashMap::new();
        for sample in page.page().family("envoy_rq_time").map_or(&[][..], |family| family.samples()) {
            let label = |name| sample.labels.get(name).unwrap_or_default();
            let series = format!("{} {}", label("instance"), label("envoy_cluster_name"));
            parts.entry(series).or_default().push((format!("{}{}", sample.name, label("le")), sample.value));
        }
        seen += parts.len();
        for (series, mut parts) in parts {
            parts.sort_by(|a, b| a.0.cmp(&b.0));
            let values: Vec<_> = parts.iter().map(|(_, value)| *value).collect();
            // The buckets 0.5, 1, 5 and +Inf; count; sum.
            let intervals = values[1];
            let expected = [3.0, 1.0, 2.0, 3.0, 3.0, 4.5].map(|each| each * intervals);
            assert_eq!(values, expected, "{series}: {parts:?}");
        }
    }
    assert!(seen > 1_000, "{seen}");
    done.store(true, Ordering::Relaxed);
    for envoy in envoys {
        envoy.await.unwrap();
    }
    assert!(sink.own().await.value("metrics_sink_messages_total", &[]) > 10.0);
    for reason in ["malformed", "duplicate", "superseded"] {
        assert_eq!(sink.refused(reason).await, 0.0);
    }
}
