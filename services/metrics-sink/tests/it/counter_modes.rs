//! Counters that contradict `SINK_COUNTERS` are counted, and one warning names the setting.

use serde_json::Value;

use crate::support::client::EnvoyStream;
use crate::support::messages::{at, counter, first, gauge};
use crate::support::process::Process;

/// Sends flushes of three counters with these values, then waits for the last.
async fn send(sink: &Process, values: impl IntoIterator<Item = [f64; 3]>) {
    let stream = EnvoyStream::open(sink.grpc).await;
    for (second, values) in values.into_iter().enumerate() {
        let counters = ["a", "b", "c"].into_iter().zip(values).map(|(name, value)| counter(name, &[], value));
        let uptime = gauge("server.uptime", &[], 100.0 + second as f64);
        let time = 1_000_000 + 1_000 * second as i64;
        stream.send(&first("e", at(time, counters.chain([uptime]).collect()))).await;
    }
    stream.finish().await.unwrap();
}

async fn mismatches(sink: &Process) -> f64 {
    let node = [("job", "envoy"), ("instance", "e")];
    sink.self_metrics().await.value("metrics_sink_node_counter_mismatches_total", &node)
}

/// The warnings that name the setting.
fn warnings(sink: &Process) -> Vec<Value> {
    let is_warning =
        |line: &Value| line["message"].as_str().is_some_and(|text| text.contains("Set SINK_COUNTERS="));
    sink.program.lines().into_iter().filter(is_warning).collect()
}

/// Deltas of steady traffic.
fn deltas(flushes: u32) -> Vec<[f64; 3]> {
    (0..flushes).map(|flush| [4, 7, 0].map(|offset| f64::from((flush * 5 + offset) % 11))).collect()
}

fn totals(deltas: &[[f64; 3]]) -> Vec<[f64; 3]> {
    let mut totals = [0.0; 3];
    let add = |delta: &[f64; 3]| {
        totals.iter_mut().zip(delta).for_each(|(total, delta)| *total += delta);
        totals
    };
    deltas.iter().map(add).collect()
}

#[tokio::test]
async fn deltas_sent_to_a_sink_for_totals_are_counted_and_reported_once() {
    let sink = Process::start(&[]).await;
    send(&sink, deltas(40)).await;
    assert!(mismatches(&sink).await > 20.0);
    let warning = sink
        .program
        .line(|line| line["message"].as_str().is_some_and(|text| text.contains("SINK_COUNTERS")))
        .await;
    assert!(warning["message"].as_str().unwrap().contains("Set SINK_COUNTERS=delta"), "{warning}");
    assert_eq!((&warning["instance"], &warning["level"]), (&"e".into(), &"WARN".into()));
    assert_eq!(warnings(&sink).len(), 1);
    assert_eq!(
        sink.program
            .lines()
            .iter()
            .filter(|line| line["message"].as_str().is_some_and(|text| text.contains("restarted")))
            .count(),
        0
    );
}

#[tokio::test]
async fn totals_sent_to_a_sink_for_deltas_are_counted_and_reported_once() {
    let sink = Process::start(&["--counters=delta"]).await;
    send(&sink, totals(&deltas(40))).await;
    assert!(mismatches(&sink).await > 20.0);
    let warning = sink
        .program
        .line(|line| line["message"].as_str().is_some_and(|text| text.contains("SINK_COUNTERS")))
        .await;
    assert!(warning["message"].as_str().unwrap().contains("Set SINK_COUNTERS=cumulative"), "{warning}");
    assert_eq!(warnings(&sink).len(), 1);
}

#[tokio::test]
async fn counters_of_the_configured_kind_are_no_mismatch() {
    for (flag, values) in [("--counters=cumulative", totals(&deltas(40))), ("--counters=delta", deltas(40))] {
        let sink = Process::start(&[flag]).await;
        send(&sink, values).await;
        assert_eq!(mismatches(&sink).await, 0.0, "{flag}");
        assert_eq!(warnings(&sink).len(), 0);
    }
}
