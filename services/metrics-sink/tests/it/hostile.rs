//! Small messages made to take much memory: they do not.

use prost::Message;
use prost::encoding::encode_varint;
use testkit::{Scrape, eventually};

use crate::support::PATIENCE;
use crate::support::client::EnvoyStream;
use crate::support::messages::{first, histogram, next};
use crate::support::process::Process;

/// What Compose gives the sink.
const MEMORY: usize = 128 << 20;

/// A field of bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2];
    encode_varint(bytes.len() as u64, &mut field);
    [&field[..], bytes].concat()
}

/// A stream's first message, with one family: a counter of that name and of that metric.
fn message(name: &[u8], metric: &[u8]) -> Vec<u8> {
    let family = [field(1, name), field(4, metric)].concat();
    [first("e", vec![]).encode_to_vec(), field(2, &family)].concat()
}

async fn own(sink: &Process) -> Scrape {
    Scrape::get(format!("http://{}/metrics", sink.http)).await
}

async fn refuses(sink: &Process, reason: &str) {
    eventually(PATIENCE, async || {
        own(sink).await.value("metrics_sink_refused_total", &[("reason", reason)]) > 0.0
    })
    .await;
    let peak = sink.peak_memory();
    assert!(peak <= MEMORY, "{} MiB", peak >> 20);
}

#[tokio::test]
async fn millions_of_empty_labels_are_not_collected() {
    let sink = Process::start(&["--outputs=prometheus,console=families"]).await;
    let stream = EnvoyStream::open(sink.grpc).await;
    let labels = [0x0a, 0].repeat(7 << 20);
    let value = field(3, &[0; 0]);
    stream.send_raw(message(b"n", &[labels, value].concat())).await;
    refuses(&sink, "labels").await;
}

#[tokio::test]
async fn a_histogram_whose_lines_are_long_and_many_is_not_held() {
    let sink = Process::start(&[]).await;
    let stream = EnvoyStream::open(sink.grpc).await;
    let value = "x".repeat(1000);
    let names: Vec<_> = (0..60).map(|at| format!("label{at}")).collect();
    let labels: Vec<_> = names.iter().map(|name| (name.as_str(), value.as_str())).collect();
    let buckets = |count| (0..count).map(|at| (f64::from(at), 1)).collect::<Vec<_>>();
    stream.send(&first("e", vec![histogram("n", &labels, &buckets(500), 1, 1.0)])).await;
    refuses(&sink, "label_size").await;
    stream.send(&next(vec![histogram("m", &[], &buckets(50_000), 1, 1.0)])).await;
    refuses(&sink, "series").await;
    stream.send(&next(vec![histogram("grows", &labels, &buckets(1), 1, 1.0)])).await;
    stream.send(&next(vec![histogram("grows", &labels, &buckets(500), 1, 1.0)])).await;
    eventually(PATIENCE, async || own(&sink).await.value("metrics_sink_messages_total", &[]) == 4.0).await;
    let page = Scrape::get(format!("http://{}/envoy/metrics", sink.http)).await;
    assert_eq!(page.page().series_count(), 4);
    assert!(sink.peak_memory() <= MEMORY);
}
