//! Records latencies from several threads, and prints quantiles of the last second.
//!
//! ```sh
//! cargo run --example latencies
//! ```

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sharded_metrics::WindowedHistogram;

fn main() {
    let latencies = WindowedHistogram::new(Duration::from_secs(1), 10);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for worker in 1..=3 {
            let (latencies, stop) = (&latencies, &stop);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let begin = Instant::now();
                    thread::sleep(Duration::from_millis(worker));
                    let end = Instant::now();
                    latencies.record_at(end, (end - begin).as_nanos() as u64);
                }
            });
        }
        for _ in 0..3 {
            thread::sleep(Duration::from_millis(500));
            let last_second = latencies.snapshot(Instant::now());
            let [p50, p99] = [0.5, 0.99].map(|q| last_second.quantile(q) / 1e6);
            println!("{} values, p50 {p50:.2} ms, p99 {p99:.2} ms", last_second.count());
        }
        stop.store(true, Ordering::Relaxed);
    });
}
