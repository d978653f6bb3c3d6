//! `process_*` and `tokio_*` of the test process.

use std::time::{SystemTime, UNIX_EPOCH};

use prometheus::{Registry, TextEncoder};
use prometheus_text::Exposition;
use testkit::eventually;

use crate::support::TIMEOUT;

fn gather(registry: &Registry) -> Exposition {
    let text = TextEncoder::new().encode_to_string(&registry.gather()).expect("encodable");
    prometheus_text::parse(&text).expect("valid exposition")
}

fn value(metrics: &Exposition, name: &str) -> f64 {
    metrics.value(name, &[]).unwrap_or_else(|| panic!("expected one series {name}"))
}

fn registry() -> Registry {
    let registry = Registry::new();
    kit::metrics::register_process_metrics(&registry).expect("registered once");
    registry
}

#[tokio::test]
async fn process_metrics_are_plausible() {
    let metrics = gather(&registry());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64();
    let started = value(&metrics, "process_start_time_seconds");
    assert!((now - 3600.0..=now + 2.0).contains(&started), "{started} at {now}");
    let resident = value(&metrics, "process_resident_memory_bytes");
    assert!((1e6..1e9).contains(&resident), "{resident}");
    assert!(value(&metrics, "process_virtual_memory_bytes") >= resident);
    assert!(value(&metrics, "process_threads") >= 1.0);
    let open = value(&metrics, "process_open_fds");
    assert!(open >= 3.0 && open < value(&metrics, "process_max_fds"), "{open}");
}

#[tokio::test]
async fn cpu_time_has_a_resolution_below_one_second() {
    let registry = registry();
    let cpu = || value(&gather(&registry), "process_cpu_seconds_total");
    let before = cpu();
    eventually(TIMEOUT, async || cpu() > before).await;
    assert!(cpu() - before < 0.9, "{before} {}", cpu());
}

#[tokio::test]
async fn runtime_metrics_are_of_the_callers_runtime() {
    let registry = registry();
    let before = gather(&registry);
    assert_eq!(value(&before, "tokio_workers"), 1.0);
    assert_eq!(value(&before, "tokio_alive_tasks"), 0.0);
    assert_eq!(value(&before, "tokio_global_queue_depth"), 0.0);
    let task = tokio::spawn(std::future::pending::<()>());
    assert_eq!(value(&gather(&registry), "tokio_alive_tasks"), 1.0);
    for name in ["tokio_worker_busy_seconds_total", "tokio_worker_parks_total"] {
        let worker = |metrics: &Exposition| metrics.value(name, &[("worker", "0")]).expect("one worker");
        // The worker parks, and updates its counters, while the test sleeps.
        eventually(TIMEOUT, async || worker(&gather(&registry)) > worker(&before)).await;
    }
    task.abort();
}

#[tokio::test]
async fn all_metrics_are_exported_with_their_types() {
    let text = TextEncoder::new().encode_to_string(&registry().gather()).expect("encodable");
    let types: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    assert_eq!(
        types,
        [
            "process_cpu_seconds_total counter",
            "process_max_fds gauge",
            "process_open_fds gauge",
            "process_resident_memory_bytes gauge",
            "process_start_time_seconds gauge",
            "process_threads gauge",
            "process_virtual_memory_bytes gauge",
            "tokio_alive_tasks gauge",
            "tokio_global_queue_depth gauge",
            "tokio_worker_busy_seconds_total counter",
            "tokio_worker_parks_total counter",
            "tokio_workers gauge",
        ]
    );
}
