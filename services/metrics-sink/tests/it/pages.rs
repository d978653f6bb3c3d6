//! Pages: consistent at any moment, limited in number, and aborted when not read.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use metrics_sink::store::{Page, PageTimeout, Stream};
use metrics_sink::wire::Message;
use prost::Message as _;
use testkit::eventually;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

use crate::support::messages::{counter, first, gauge, histogram, next};
use crate::support::{STORE_BYTES, Sink, TIMEOUT, open_stream, store};

/// Flushes `series` gauges whose names start with `name`.
fn flush(stream: &Stream, name: &str, series: usize) {
    stream.record_flush().unwrap();
    let families = (0..series).map(|at| gauge(&format!("{name}{at}"), &[("a", "b")], 1.0)).collect();
    let bytes = next(families).encode_to_vec();
    stream.apply(&Message::parse(&bytes).unwrap()).unwrap();
}

#[tokio::test]
async fn unread_pages_do_not_exceed_the_memory_limit() {
    let store = store(Duration::from_secs(60));
    let stream = open_stream(&store);
    flush(&stream, "kept", 200);
    let mut pages = Vec::new();
    for name in ["gone", "too", "as well"] {
        flush(&stream, name, 200);
        pages.push(store.page());
        let names = name.replace(' ', "_");
        eventually(TIMEOUT, async || {
            flush(&stream, "kept", 200);
            store.remove_stale();
            assert!(store.budget().bytes() <= STORE_BYTES, "{}", store.budget().bytes());
            !text(store.page()).contains(&names)
        })
        .await;
    }
    for page in pages {
        assert_eq!(text(page).matches("envoy_kept").count(), 2 * 200);
    }
    store.remove_stale();
    assert_eq!(store.budget().series(), 200);
    assert_eq!(text(store.page()).matches("envoy_kept").count(), 2 * 200);
}

#[tokio::test]
async fn an_unread_page_times_out_and_frees_its_memory() {
    let store = store(Duration::ZERO);
    let stream = open_stream(&store);
    flush(&stream, "n", 200);
    let mut page = store.page();
    store.remove_stale();
    assert_eq!(page.next(), Some(Err(PageTimeout)));
    drop(stream);
    eventually(TIMEOUT, async || {
        store.remove_stale();
        store.budget().bytes() == 0
    })
    .await;
}

fn text(page: Page) -> String {
    let chunks = page.map(|chunk| String::from_utf8(chunk.expect("in time").to_vec()).expect("UTF-8"));
    chunks.collect()
}

#[tokio::test]
async fn limits_concurrent_pages() {
    let sink = Sink::start(&["--max-label=64KiB", "--max-message=64MiB", "--max-buffered=64MiB"]).await;
    let stream = sink.stream().await;
    // More than fits in the sockets' buffers.
    let value = "x".repeat(60_000);
    let names: Vec<_> = (0..400).map(|at| format!("n{at}")).collect();
    let families = names.iter().map(|name| gauge(name, &[("a", &value)], 1.0)).collect();
    stream.send(&first("e", families)).await;
    sink.wait_for_messages(1).await;
    let mut readers = Vec::new();
    for _ in 0..8 {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let mut reader = socket.connect(sink.http()).await.unwrap();
        reader.write_all(b"GET /envoy/metrics HTTP/1.1\r\nHost: sink\r\n\r\n").await.unwrap();
        let mut head = [0; 12];
        reader.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 200");
        readers.push(reader);
    }
    let address = format!("http://{}/envoy/metrics", sink.http());
    assert_eq!(reqwest::get(&address).await.unwrap().status(), 503);
    readers.pop();
    eventually(TIMEOUT, async || reqwest::get(&address).await.unwrap().status() == 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_consistent_while_envoys_flush_and_restart() {
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
                    // More than one chunk of the page; every third flush omits the upper half, which becomes stale.
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
    let mut checked = 0;
    for _ in 0..40 {
        let page = sink.envoy_metrics().await;
        let mut parts: HashMap<String, Vec<(String, f64)>> = HashMap::new();
        for sample in page.page().family("envoy_rq_time").map_or(&[][..], |family| family.samples()) {
            let label = |name| sample.labels.get(name).unwrap_or_default();
            let series = format!("{} {}", label("instance"), label("envoy_cluster_name"));
            parts.entry(series).or_default().push((format!("{}{}", sample.name, label("le")), sample.value));
        }
        checked += parts.len();
        for (series, mut parts) in parts {
            parts.sort_by(|a, b| a.0.cmp(&b.0));
            let values: Vec<_> = parts.iter().map(|(_, value)| *value).collect();
            // Sorted: the buckets +Inf, 0.5, 1 and 5; count; sum.
            let intervals = values[1];
            let expected = [3.0, 1.0, 2.0, 3.0, 3.0, 4.5].map(|each| each * intervals);
            assert_eq!(values, expected, "{series}: {parts:?}");
        }
    }
    assert!(checked > 1_000, "{checked}");
    done.store(true, Ordering::Relaxed);
    for envoy in envoys {
        envoy.await.unwrap();
    }
    assert!(sink.self_metrics().await.value("metrics_sink_messages_total", &[]) > 10.0);
    for reason in ["malformed", "duplicate", "superseded"] {
        assert_eq!(sink.refused(reason).await, 0.0);
    }
}
