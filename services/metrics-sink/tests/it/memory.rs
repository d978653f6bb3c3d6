//! Floods and hostile messages are refused within the memory limit of the container.

use prost::Message;
use testkit::eventually;

use crate::support::TIMEOUT;
use crate::support::client::EnvoyStream;
use crate::support::messages::{self, counter, field, first, gauge, histogram, next};
use crate::support::process::Process;

/// The memory limit in compose.yaml, in bytes.
const MEMORY_LIMIT: usize = 128 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn refuses_a_flood_within_the_memory_limit() {
    // On a busy machine the test may take longer than the default of 30 s.
    let mut sink = Process::start(&["--stale-after=10m"]).await;
    let honest = EnvoyStream::open(sink.grpc).await;
    honest.send(&first("honest", vec![counter("n", &[], 1.0)])).await;
    eventually(TIMEOUT, async || sink.self_metrics().await.value("metrics_sink_series", &[]) == 1.0).await;

    // Long labels until the memory limit, then short ones until the series limit.
    flood_series(&sink, "long", 12_000, 900, 2).await;
    flood_series(&sink, "many", 60_000, 10, 4).await;
    assert!(sink.refused("memory").await > 0.0);
    // Messages close to the size limit from many streams at once, and one beyond it.
    let families: Vec<_> =
        (0..8_000).map(|at| counter(&format!("n{at}"), &[("a", &"x".repeat(900))], 1.0)).collect();
    let large = first("large", families).encode_to_vec();
    let mut streams = Vec::new();
    for _ in 0..12 {
        let stream = EnvoyStream::open(sink.grpc).await;
        let large = [&large[..], &large].concat();
        streams.push(tokio::spawn(async move {
            for _ in 0..3 {
                stream.send_raw(large.clone()).await;
            }
            let _ = tokio::time::timeout(TIMEOUT, stream.finish()).await;
        }));
    }
    let too_large = EnvoyStream::open(sink.grpc).await;
    too_large.send_raw(vec![0; 100 << 20]).await;
    assert_eq!(too_large.ended().await.code(), tonic::Code::ResourceExhausted);
    // Scrapes still work meanwhile.
    for _ in 0..3 {
        assert!(sink.envoy_metrics().await.page().series_count() > 0);
    }
    for stream in streams {
        stream.await.unwrap();
    }
    assert!(sink.refused("message_size").await == 1.0);

    honest.send(&next(vec![counter("n", &[], 2.0)])).await;
    eventually(TIMEOUT, async || {
        sink.envoy_metrics().await.value("envoy_n", &[("instance", "honest")]) == 2.0
    })
    .await;
    let peak = sink.peak_memory();
    println!(
        "peak memory {} MiB, {} series",
        peak >> 20,
        sink.self_metrics().await.value("metrics_sink_series", &[])
    );
    assert!(peak <= MEMORY_LIMIT, "{} MiB", peak >> 20);
    let status = sink.program.terminate().await;
    assert!(status.success());
    let log = sink.program.lines();
    for reason in ["memory", "message_size"] {
        let lines = log.iter().filter(|line| line["reason"] == reason).count();
        assert_eq!(lines, 1, "{reason} is logged once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn continues_a_full_state_within_the_memory_limit() {
    let folder = tempfile::tempdir().unwrap();
    let state_file = format!("--state-file={}", folder.path().join("state").display());
    let flags = ["--stale-after=10m", "--counters=delta", &state_file];
    for run in [1, 2] {
        let mut sink = Process::start(&flags).await;
        for node in 0..4 {
            flood_deltas(&sink, &format!("e{node}"), 100 * run).await;
        }
        assert!(sink.refused("memory").await > 0.0);
        let page = sink.envoy_metrics().await;
        let total = page.sum("envoy_n0", &[("instance", "e0"), ("first", "true")]);
        assert_eq!(total, f64::from(run));
        let peak = sink.peak_memory();
        assert!(sink.program.terminate().await.success());
        println!("peak memory {} MiB in run {run}", peak >> 20);
        assert!(peak <= MEMORY_LIMIT, "{} MiB", peak >> 20);
    }
}

/// Sends a flush of 12,000 deltas with long labels from an Envoy that started at second 1,000, in four messages.
async fn flood_deltas(sink: &Process, id: &str, uptime: u32) {
    let filler = "x".repeat(900);
    let stream = EnvoyStream::open(sink.grpc).await;
    for part in 0..4 {
        let mut families = vec![gauge(&format!("part{part}"), &[], 1.0)];
        if part == 0 {
            families.push(gauge("server.uptime", &[], f64::from(uptime)));
            families.push(counter("n0", &[("first", "true")], 1.0));
        }
        families.extend(
            (0..3_000).map(|at| {
                counter(&format!("n{}", at % 500), &[("a", &format!("{filler}-{part}-{at}"))], 1.0)
            }),
        );
        stream.send(&first(id, messages::at(1_000_000 + 1_000 * i64::from(uptime), families))).await;
    }
    stream.finish().await.expect("only series are refused");
}

/// Sends `series` series from each of `nodes` nodes, in four messages.
async fn flood_series(sink: &Process, name: &str, series: usize, label: usize, nodes: usize) {
    let filler = "x".repeat(label);
    for node in 0..nodes {
        let stream = EnvoyStream::open(sink.grpc).await;
        for part in 0..4 {
            let families = (0..series / 4)
                .map(|at| {
                    let value = format!("{filler}-{part}-{at}");
                    counter(&format!("{name}.{}", at % 500), &[("envoy.cluster_name", &value)], 1.0)
                })
                .collect();
            stream.send(&first(&format!("{name}-{node}"), families)).await;
        }
        stream.finish().await.expect("only series are refused");
    }
}

/// Encodes a stream's first message with one counter family, which has one encoded metric.
fn message(name: &[u8], metric: &[u8]) -> Vec<u8> {
    let family = [field(1, name), field(4, metric)].concat();
    [first("e", vec![]).encode_to_vec(), field(2, &family)].concat()
}

async fn expect_refusal(sink: &Process, reason: &str) {
    eventually(TIMEOUT, async || sink.refused(reason).await > 0.0).await;
    let peak = sink.peak_memory();
    assert!(peak <= MEMORY_LIMIT, "{} MiB", peak >> 20);
}

#[tokio::test]
async fn refuses_millions_of_empty_labels() {
    let sink = Process::start(&["--outputs=prometheus,console=families"]).await;
    let stream = EnvoyStream::open(sink.grpc).await;
    let labels = [0x0a, 0].repeat(7 << 20);
    let value = field(3, &[0; 0]);
    stream.send_raw(message(b"n", &[labels, value].concat())).await;
    expect_refusal(&sink, "labels").await;
}

#[tokio::test]
async fn refuses_histograms_with_many_long_lines() {
    let sink = Process::start(&[]).await;
    let stream = EnvoyStream::open(sink.grpc).await;
    let value = "x".repeat(1000);
    let names: Vec<_> = (0..60).map(|at| format!("label{at}")).collect();
    let labels: Vec<_> = names.iter().map(|name| (name.as_str(), value.as_str())).collect();
    let buckets = |count| (0..count).map(|at| (f64::from(at), 1)).collect::<Vec<_>>();
    stream.send(&first("e", vec![histogram("n", &labels, &buckets(500), 1, 1.0)])).await;
    expect_refusal(&sink, "label_size").await;
    stream.send(&next(vec![histogram("m", &[], &buckets(50_000), 1, 1.0)])).await;
    expect_refusal(&sink, "series").await;
    stream.send(&next(vec![histogram("grows", &labels, &buckets(1), 1, 1.0)])).await;
    stream.send(&next(vec![histogram("grows", &labels, &buckets(500), 1, 1.0)])).await;
    eventually(TIMEOUT, async || sink.self_metrics().await.value("metrics_sink_messages_total", &[]) == 4.0)
        .await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.page().series_count(), 4);
    assert!(sink.peak_memory() <= MEMORY_LIMIT);
}
