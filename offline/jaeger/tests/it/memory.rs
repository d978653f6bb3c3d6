//! Memory under load stays well below the container's limit.

use std::net::SocketAddr;
use std::process::Stdio;

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, trace_service_client::TraceServiceClient,
};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::support::{attribute, span};

/// The container's memory limit.
const LIMIT_KIB: u64 = 512 << 10;
const TRACES: u64 = 60_000;
const READERS: usize = 4;

/// A process's peak resident memory, in KiB.
fn peak_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// A trace of one span with eight attributes.
fn trace(number: u64) -> Span {
    let attributes = (0..8).map(|key| attribute(&format!("key.{key}"), &"v".repeat(20))).collect();
    let mut trace_id = vec![1; 8];
    trace_id.extend(number.to_be_bytes());
    Span { trace_id, attributes, ..span(1, 1, "GET /echo", 10) }
}

#[tokio::test]
async fn memory_is_bounded_under_exports_and_large_queries() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_jaeger-standin"))
        .args(["--listen-host", "127.0.0.1", "--otlp-port", "0", "--query-port", "0"])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let line = BufReader::new(child.stdout.take().unwrap()).lines().next_line().await.unwrap().unwrap();
    let line: Value = serde_json::from_str(&line).unwrap();
    let address = |name: &str| -> SocketAddr { line["fields"][name].as_str().unwrap().parse().unwrap() };

    let mut client = TraceServiceClient::connect(format!("http://{}", address("otlp"))).await.unwrap();
    for first in (0..TRACES).step_by(1000) {
        let spans = (first..first + 1000).map(trace).collect();
        let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
        let batch = ResourceSpans { scope_spans, ..ResourceSpans::default() };
        client.export(ExportTraceServiceRequest { resource_spans: vec![batch] }).await.unwrap();
    }
    let after_export = peak_kib(child.id().unwrap());
    let all =
        format!("http://{}/api/traces?service=OTLPResourceNoServiceName&limit=1000000", address("query"));
    let readers: Vec<_> = (0..READERS)
        .map(|_| {
            let all = all.clone();
            tokio::spawn(async move { reqwest::get(all).await.unwrap().bytes().await.unwrap().len() })
        })
        .collect();
    for reader in readers {
        assert!(reader.await.unwrap() > 1 << 20, "the response has all spans");
    }
    let peak = peak_kib(child.id().unwrap());
    assert!(peak < LIMIT_KIB / 2, "{peak} KiB, {after_export} KiB before the queries");
}
