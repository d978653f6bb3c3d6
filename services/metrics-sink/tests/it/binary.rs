//! The program: settings, console output, shutdown.

use serde_json::json;
use testkit::{eventually, failure_message};

use crate::support::TIMEOUT;
use crate::support::client::EnvoyStream;
use crate::support::messages::{counter, first, histogram};
use crate::support::process::{Process, command};

#[tokio::test]
async fn an_invalid_setting_is_reported_with_what_is_expected() {
    for (variable, value, expected) in [
        ("SINK_OUTPUTS", "prometheus,influx", "console=families"),
        ("SINK_COUNTERS", "sometimes", "cumulative"),
        ("SINK_STALE_AFTER", "soon", "30s"),
        ("SINK_MAX_MESSAGE", "16GB", "16MiB"),
        ("SINK_MAX_SERIES", "0", "from 1"),
        ("SINK_GRPC_PORT", "90000", "65535"),
    ] {
        let error = failure_message(&mut command(&[(variable, value)])).await;
        let flag = format!("--{}", variable.trim_start_matches("SINK_").to_lowercase().replace('_', "-"));
        assert!(error.contains(&flag) && error.contains(expected), "{variable}: {error}");
    }
}

#[tokio::test]
async fn buffers_smaller_than_a_message_are_reported() {
    let variables = [("SINK_MAX_MESSAGE", "16MiB"), ("SINK_MAX_BUFFERED", "8MiB")];
    let error = failure_message(&mut command(&variables)).await;
    for expected in ["--max-buffered", "SINK_MAX_MESSAGE", "8388608", "16777216"] {
        assert!(error.contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_port_in_use_is_reported() {
    let occupied = testkit::listener().await;
    let port = occupied.local_addr().unwrap().port().to_string();
    let variables = [("SINK_GRPC_PORT", "0"), ("SINK_HTTP_PORT", &port)];
    let error = failure_message(&mut command(&variables)).await;
    assert!(error.contains("--http-port") && error.contains(&port), "{error}");
}

#[tokio::test]
async fn the_console_prints_a_line_per_flush() {
    let sink = Process::start(&["--outputs=console"]).await;
    let stream = EnvoyStream::open(sink.grpc).await;
    let message = first("e", vec![counter("n", &[], 1.0), counter("m", &[], 1.0)]);
    stream.send(&message).await;
    let line = sink.program.line(|line| line.get("flush").is_some()).await;
    let bytes = prost::Message::encoded_len(&message);
    let flush = json!({ "job": "envoy", "instance": "e", "families": 2, "bytes": bytes });
    assert_eq!(line, json!({ "flush": flush }));
    let page = reqwest::get(format!("http://{}/envoy/metrics", sink.http)).await.unwrap();
    assert_eq!(page.status(), 404);
}

#[tokio::test]
async fn the_console_prints_a_line_per_family() {
    let sink = Process::start(&["--outputs=prometheus,console=families"]).await;
    let stream = EnvoyStream::open(sink.grpc).await;
    let families =
        vec![counter("n", &[("a.b", "c")], 1.0), histogram("h", &[], &[(0.5, 1), (1.0, 2)], 2, 1.25)];
    stream.send(&first("e", families)).await;
    sink.program.line(|line| line["family"]["type"] == "histogram").await;
    let family = |name, kind, metric| json!({ "family": { "job": "envoy", "instance": "e", "name": name, "type": kind, "metrics": [metric] } });
    // The first two lines log the addresses.
    assert_eq!(
        sink.program.lines()[2..4],
        [
            family("n", "counter", json!({ "labels": { "a.b": "c" }, "value": 1.0 })),
            family(
                "h",
                "histogram",
                json!({ "labels": {}, "count": 2, "sum": 1.25, "buckets": [[0.5, 1], [1.0, 2]] })
            ),
        ]
    );
}

#[tokio::test]
async fn sigterm_ends_open_streams_and_the_program() {
    let mut sink = Process::start(&["--shutdown-grace=10s", "--outputs=console"]).await;
    let stream = EnvoyStream::open(sink.grpc).await;
    stream.send(&first("e", vec![])).await;
    sink.program.line(|line| line.get("flush").is_some()).await;
    let status = sink.program.terminate().await;
    assert!(status.success(), "{status}");
    assert_eq!(stream.ended().await.code(), tonic::Code::Unavailable);
}

#[tokio::test]
async fn an_unread_console_does_not_block_the_service() {
    let sink = Process::start(&["--outputs=prometheus,console=families"]).await;
    sink.program.stop_reading();
    let stream = EnvoyStream::open(sink.grpc).await;
    let names: Vec<_> = (0..500).map(|at| format!("n{at}")).collect();
    let families: Vec<_> = names.iter().map(|name| counter(name, &[], 1.0)).collect();
    // More than fits in the pipe and the queue.
    for _ in 0..100 {
        stream.send(&first("e", families.clone())).await;
    }
    eventually(TIMEOUT, async || {
        sink.self_metrics().await.value("metrics_sink_messages_total", &[]) == 100.0
    })
    .await;
    assert!(sink.refused("console").await > 0.0);
    stream.finish().await.unwrap();
}

#[tokio::test]
async fn queued_lines_are_written_before_exit() {
    let mut sink = Process::start(&["--outputs=console=families"]).await;
    let stream = EnvoyStream::open(sink.grpc).await;
    let names: Vec<_> = (0..1_000).map(|at| format!("n{at}")).collect();
    stream.send(&first("e", names.iter().map(|name| counter(name, &[], 1.0)).collect())).await;
    stream.finish().await.unwrap();
    let status = sink.program.terminate().await;
    assert!(status.success());
    let lines = sink.program.lines();
    assert_eq!(lines.iter().filter(|line| line.get("family").is_some()).count(), 1_000);
}
