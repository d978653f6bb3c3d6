//! A program whose stdout nobody reads.

use std::time::Duration;

use crate::{Program, Scrape, eventually};

/// Maximum time until the pipe and the program's queue are full, generous enough for a busy machine.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Requests between two scrapes.
const BATCH: usize = 50;

/// Stops reading the program's stdout and calls `request`, for which it logs lines, until it drops lines. Then it must
/// still respond, and end with one SIGTERM. `url` is the address of its `/metrics` and `/healthz`; `RUST_LOG=trace` in its
/// environment makes the test short.
///
/// # Panics
/// If it does not.
pub async fn serves_with_full_stdout(mut program: Program, url: &str, mut request: impl AsyncFnMut()) {
    program.stop_reading();
    let metrics = format!("{url}/metrics");
    let dropped = async || Scrape::get(&metrics).await.value("log_lines_dropped_total", &[]);
    eventually(TIMEOUT, async || {
        for _ in 0..BATCH {
            request().await;
        }
        dropped().await > 0.0
    })
    .await;
    let before = dropped().await;
    let health = reqwest::get(format!("{url}/healthz")).await.expect("a response");
    assert!(health.status().is_success(), "{}", health.status());
    request().await;
    assert!(dropped().await > before, "further lines are dropped and counted");
    let status = program.terminate().await;
    assert!(status.success(), "{status}");
}
