//! A flood: the sink refuses, in bounded memory, and does not die.

use prost::Message;
use testkit::{Scrape, eventually};

use crate::support::PATIENCE;
use crate::support::client::EnvoyStream;
use crate::support::messages::{counter, first, next};
use crate::support::process::Process;

/// What Compose gives the sink.
const MEMORY: usize = 128 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_refused_within_the_memory_that_compose_gives() {
    // A busy machine may take longer for all this than the 30 s in which what has come would be forgotten.
    let mut sink = Process::start(&["--stale-after=10m"]).await;
    let honest = EnvoyStream::open(sink.grpc).await;
    honest.send(&first("honest", vec![counter("n", &[], 1.0)])).await;
    let own = async || Scrape::get(format!("http://{}/metrics", sink.http)).await;
    let refused = async |reason| own().await.value("metrics_sink_refused_total", &[("reason", reason)]);
    eventually(PATIENCE, async || own().await.value("metrics_sink_series", &[]) == 1.0).await;

    // Long labels until there is too little memory for another, then short ones until there are too many series.
    flood_series(&sink, "long", 12_000, 900, 2).await;
    flood_series(&sink, "many", 60_000, 10, 4).await;
    assert!(refused("memory").await > 0.0);
    // Messages as large as they may be, from many streams at once, and one that is larger.
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
            let _ = tokio::time::timeout(PATIENCE, stream.finish()).await;
        }));
    }
    let too_large = EnvoyStream::open(sink.grpc).await;
    too_large.send_raw(vec![0; 100 << 20]).await;
    assert_eq!(too_large.ended().await.code(), tonic::Code::ResourceExhausted);
    // Somebody scrapes all the while.
    for _ in 0..3 {
        assert!(Scrape::get(format!("http://{}/envoy/metrics", sink.http)).await.page().series_count() > 0);
    }
    for stream in streams {
        stream.await.unwrap();
    }
    assert!(refused("message_size").await == 1.0);

    honest.send(&next(vec![counter("n", &[], 2.0)])).await;
    let envoys = async || Scrape::get(format!("http://{}/envoy/metrics", sink.http)).await;
    eventually(PATIENCE, async || envoys().await.value("envoy_n", &[("instance", "honest")]) == 2.0).await;
    let peak = sink.peak_memory();
    println!("at most {} MiB, {} series", peak >> 20, own().await.value("metrics_sink_series", &[]));
    assert!(peak <= MEMORY, "{} MiB", peak >> 20);
    let status = sink.program.terminate().await;
    assert!(status.success());
    let log = sink.program.lines();
    for reason in ["memory", "message_size"] {
        let lines = log.iter().filter(|line| line["reason"] == reason).count();
        assert_eq!(lines, 1, "{reason} is logged once");
    }
}

/// So many series, a quarter of them at a time, from as many nodes as there are `nodes`.
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
