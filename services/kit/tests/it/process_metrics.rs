//! `process_*` and `tokio_*`.

use std::time::{SystemTime, UNIX_EPOCH};

use prometheus::{Registry, TextEncoder};
use prometheus_text::Exposition;
use testkit::eventually;

use crate::support::PATIENCE;

fn page(registry: &Registry) -> Exposition {
    let text = TextEncoder::new().encode_to_string(&registry.gather()).expect("a page");
    prometheus_text::parse(&text).expect("a right page")
}

fn value(page: &Exposition, name: &str) -> f64 {
    page.value(name, &[]).unwrap_or_else(|| panic!("{name} has not one series"))
}

fn registry() -> Registry {
    let registry = Registry::new();
    kit::metrics::register_process_metrics(&registry).expect("registered once");
    registry
}

#[tokio::test]
async fn the_process_is_as_it_is() {
    let page = page(&registry());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64();
    let started = value(&page, "process_start_time_seconds");
    assert!((now - 3600.0..=now + 2.0).contains(&started), "{started} at {now}");
    let resident = value(&page, "process_resident_memory_bytes");
    assert!((1e6..1e9).contains(&resident), "{resident}");
    assert!(value(&page, "process_virtual_memory_bytes") >= resident);
    assert!(value(&page, "process_threads") >= 1.0);
    let open = value(&page, "process_open_fds");
    assert!(open >= 3.0 && open < value(&page, "process_max_fds"), "{open}");
}

#[tokio::test]
async fn cpu_time_is_counted_in_parts_of_a_second() {
    let registry = registry();
    let cpu = || value(&page(&registry), "process_cpu_seconds_total");
    let before = cpu();
    eventually(PATIENCE, async || cpu() > before).await;
    assert!(cpu() - before < 0.9, "{before} {}", cpu());
}

#[tokio::test]
async fn the_runtime_is_the_callers() {
    let registry = registry();
    let page_before = page(&registry);
    assert_eq!(value(&page_before, "tokio_workers"), 1.0);
    assert_eq!(value(&page_before, "tokio_alive_tasks"), 0.0);
    assert_eq!(value(&page_before, "tokio_global_queue_depth"), 0.0);
    let task = tokio::spawn(std::future::pending::<()>());
    assert_eq!(value(&page(&registry), "tokio_alive_tasks"), 1.0);
    for name in ["tokio_worker_busy_seconds_total", "tokio_worker_parks_total"] {
        let worker = |page: &Exposition| page.value(name, &[("worker", "0")]).expect("one worker");
        // The runtime parks, and accounts for its time, while this waits.
        eventually(PATIENCE, async || worker(&page(&registry)) > worker(&page_before)).await;
    }
    task.abort();
}

#[tokio::test]
async fn all_are_there_with_their_types() {
    let text = TextEncoder::new().encode_to_string(&registry().gather()).expect("a page");
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
