//! The state file: a restarted sink continues the values of Envoys that kept running.

use std::fs;
use std::path::Path;

use envoy_types::pb::io::prometheus::client::MetricFamily;
use metrics_sink::state::format;
use testkit::eventually;

use crate::support::TIMEOUT;
use crate::support::client::EnvoyStream;
use crate::support::messages::{at, counter, first, gauge, histogram, next, summary};
use crate::support::process::Process;

/// The flush of an Envoy that started at second 1,000, with one observation and a delta of 2.
pub(crate) fn flush(second: u32) -> Vec<MetricFamily> {
    let families = vec![
        counter("rq_total", &[], 2.0),
        gauge("server.uptime", &[], f64::from(second)),
        gauge("server.hot_restart_epoch", &[], 0.0),
        histogram("rq_time", &[("a", "1")], &[(0.5, 0), (5.0, 1)], 1, 2.5),
        summary("rq_size", &[], &[(0.5, 7.0)], 1, 7.0),
    ];
    at(1_000_000 + 1_000 * i64::from(second), families)
}

/// Flushes at these seconds on a stream of its own.
async fn send(sink: &Process, id: &str, seconds: &[u32]) {
    let stream = EnvoyStream::open(sink.grpc).await;
    for second in seconds {
        stream.send(&first(id, flush(*second))).await;
    }
    stream.finish().await.unwrap();
}

async fn start(path: &Path, flags: &[&str]) -> Process {
    let state_file = format!("--state-file={}", path.display());
    Process::start(&[&[&*state_file][..], flags].concat()).await
}

/// The observations of an Envoy that the page has.
async fn observations(sink: &Process, id: &str) -> f64 {
    sink.envoy_metrics().await.value("envoy_rq_time_count", &[("instance", id)])
}

async fn failures(sink: &Process, operation: &str) -> f64 {
    let labels = [("operation", operation)];
    sink.self_metrics().await.value("metrics_sink_state_failures_total", &labels)
}

async fn node(sink: &Process, metric: &str, id: &str) -> f64 {
    sink.self_metrics().await.value(metric, &[("instance", id)])
}

#[tokio::test]
async fn a_sink_that_is_ended_and_started_again_continues_all_values() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let mut sink = start(&path, &["--counters=delta"]).await;
    send(&sink, "e", &[100, 101]).await;
    assert!(sink.program.terminate().await.success());
    let sink = start(&path, &["--counters=delta"]).await;
    assert!(!sink.envoy_metrics().await.has("envoy_rq_total", &[]), "shown with its next flush");
    send(&sink, "e", &[105]).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.value("envoy_rq_total", &[]), 6.0);
    assert_eq!(page.value("envoy_rq_time_count", &[]), 3.0);
    assert_eq!(page.value("envoy_rq_time_sum", &[]), 7.5);
    assert_eq!(page.value("envoy_rq_time_bucket", &[("le", "0.5")]), 0.0);
    assert_eq!(page.value("envoy_rq_time_bucket", &[("le", "5")]), 3.0);
    assert_eq!(page.value("envoy_rq_size_sum", &[]), 21.0);
    assert_eq!(page.value("envoy_rq_size", &[("quantile", "0.5")]), 7.0);
    // The interval is that of the flushes' arrival, close to zero here.
    let missed = node(&sink, "metrics_sink_missed_seconds", "e").await;
    assert!((3.0..=4.0).contains(&missed), "{missed}");
    assert_eq!(node(&sink, "metrics_sink_node_restarts_total", "e").await, 0.0);
    assert_eq!(sink.refused("labels").await + sink.refused("value").await, 0.0);
}

#[tokio::test]
async fn a_killed_sink_loses_what_it_received_since_the_last_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let sink = start(&path, &[]).await;
    send(&sink, "e", &[100, 101]).await;
    eventually(TIMEOUT, async || {
        let file = fs::read(&path).unwrap_or_default();
        format::read(&file[..], u64::MAX)
            .is_ok_and(|parts| parts.iter().any(|part| part.flushed_ms == 1_101_000))
    })
    .await;
    send(&sink, "e", &[102]).await;
    sink.program.kill().await;
    let sink = start(&path, &[]).await;
    send(&sink, "e", &[103]).await;
    assert_eq!(observations(&sink, "e").await, 3.0);
    let missed = node(&sink, "metrics_sink_missed_seconds", "e").await;
    assert!((1.0..=2.0).contains(&missed), "{missed}");
}

#[tokio::test]
async fn values_of_another_process_are_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let mut sink = start(&path, &[]).await;
    for id in ["restarted", "hot", "same"] {
        send(&sink, id, &[100]).await;
    }
    sink.program.terminate().await;
    let sink = start(&path, &[]).await;
    send(&sink, "same", &[110]).await;
    let stream = EnvoyStream::open(sink.grpc).await;
    stream.send(&first("restarted", at(1_110_000, flush(3)))).await;
    stream.finish().await.unwrap();
    // The epoch arrives in a later message of the flush than the uptime.
    let (early, mut late): (Vec<_>, Vec<_>) =
        flush(110).into_iter().partition(|family| family.name() != "server.hot_restart_epoch");
    late[0].metric[0].gauge.as_mut().unwrap().value = Some(1.0);
    let stream = EnvoyStream::open(sink.grpc).await;
    stream.send(&first("hot", early)).await;
    stream.send(&next(late)).await;
    stream.finish().await.unwrap();
    for (id, total, restarts) in [("same", 2.0, 0.0), ("restarted", 1.0, 1.0), ("hot", 1.0, 1.0)] {
        assert_eq!(node(&sink, "metrics_sink_node_restarts_total", id).await, restarts, "{id}");
        assert_eq!(observations(&sink, id).await, total, "{id}");
    }
}

#[tokio::test]
async fn an_envoy_that_is_away_is_kept_over_two_restarts_of_the_sink() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    for second in [100, 110] {
        let mut sink = start(&path, &[]).await;
        if second == 100 {
            send(&sink, "away", &[second]).await;
        }
        send(&sink, "stays", &[second]).await;
        sink.program.terminate().await;
    }
    let sink = start(&path, &[]).await;
    send(&sink, "away", &[120]).await;
    send(&sink, "stays", &[120]).await;
    assert_eq!(observations(&sink, "away").await, 2.0);
    assert_eq!(observations(&sink, "stays").await, 3.0);
    assert!(node(&sink, "metrics_sink_missed_seconds", "away").await >= 19.0);
}

#[tokio::test]
async fn unusable_files_are_warnings_and_the_sink_works_without_them() {
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("good");
    let mut sink = start(&good, &[]).await;
    send(&sink, "e", &[100]).await;
    sink.program.terminate().await;
    let good = fs::read(good).unwrap();
    let version = [&good[..19], &[9], &good[20..]].concat();
    let corrupt = [&good[..60], &[good[60] ^ 1], &good[61..]].concat();
    let longer = [&good[..], &[0]].concat();
    for (content, expected) in [
        (&good[..good.len() / 2], "truncated or corrupt"),
        (&corrupt[..], "truncated or corrupt"),
        (&longer[..], "truncated or corrupt"),
        (&b""[..], "truncated or corrupt"),
        (&version[..], "its version is 9"),
        (&b"precious"[..], "not a state file"),
    ] {
        let path = folder.path().join("state");
        fs::write(&path, content).unwrap();
        let mut sink = start(&path, &[]).await;
        let warning = sink.program.line(|line| line["level"] == "WARN").await.to_string();
        assert!(warning.contains(path.to_str().unwrap()) && warning.contains(expected), "{warning}");
        assert_eq!(failures(&sink, "read").await, 1.0);
        send(&sink, "e", &[101]).await;
        assert_eq!(observations(&sink, "e").await, 1.0);
        assert!(sink.program.terminate().await.success());
        let is_kept = content == b"precious";
        assert_eq!(fs::read(&path).unwrap() == content, is_kept);
    }
}

#[tokio::test]
async fn a_file_above_the_limit_is_refused_and_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let mut sink = start(&path, &[]).await;
    send(&sink, "e", &[100]).await;
    sink.program.terminate().await;
    let sink = start(&path, &["--max-series-bytes=100"]).await;
    let warning = sink.program.line(|line| line["level"] == "WARN").await.to_string();
    assert!(warning.contains("exceeds the limit of 100 bytes"), "{warning}");
    assert_eq!(failures(&sink, "read").await, 1.0);
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_counted_and_logged_once() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("missing/state"), folder.path().to_owned()] {
        let mut sink = start(&path, &[]).await;
        send(&sink, "e", &[100]).await;
        eventually(TIMEOUT, async || failures(&sink, "write").await > 0.0).await;
        assert_eq!(observations(&sink, "e").await, 1.0);
        assert!(sink.program.terminate().await.success());
        let lines = sink.program.lines();
        let warnings = lines.iter().filter(|line| {
            line.to_string().contains(path.to_str().unwrap()) && line.to_string().contains("could not write")
        });
        assert_eq!(warnings.count(), 1);
    }
}

#[tokio::test]
async fn a_second_sink_takes_over_a_file_when_the_first_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let mut old = start(&path, &[]).await;
    send(&old, "e", &[100]).await;
    let new = start(&path, &[]).await;
    let warning = new.program.line(|line| line["level"] == "WARN").await.to_string();
    assert!(warning.contains("another process uses it"), "{warning}");
    old.program.terminate().await;
    new.program.logged("read the state file").await;
    send(&new, "e", &[101]).await;
    assert_eq!(observations(&new, "e").await, 2.0);
}
