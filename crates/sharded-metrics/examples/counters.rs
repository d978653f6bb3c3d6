//! Counts requests from several threads, and prints totals that are consistent while the threads run.
//!
//! ```sh
//! cargo run --example counters
//! ```

use std::thread;
use std::time::Duration;

use sharded_metrics::{Buckets, BucketsError, CounterTable, HistogramColumns};

const ROUTES: [&str; 2] = ["/hello", "/orders"];
const REQUESTS: usize = 0;
const FAILURES: usize = 1;
const LATENCY: usize = 2;

fn main() -> Result<(), BucketsError> {
    let latency = HistogramColumns::new(LATENCY, Buckets::new([0.001, 0.01, 0.1]))?;
    let table = CounterTable::new(ROUTES.len(), latency.end());
    thread::scope(|scope| {
        for worker in 0..4 {
            let (table, latency) = (&table, &latency);
            scope.spawn(move || {
                for request in 0..100_000_u64 {
                    table.row(worker % ROUTES.len()).update(|row| {
                        row.add(REQUESTS, 1);
                        row.add(FAILURES, u64::from(request % 100 == 0));
                        latency.observe(row, Duration::from_micros(request % 20_000));
                    });
                }
            });
        }
    });
    let mut totals = vec![0; table.columns()];
    for (route, name) in ROUTES.iter().enumerate() {
        table.read_row(route, &mut totals);
        println!("{name}: {} requests, {} failed", totals[REQUESTS], totals[FAILURES]);
        let bounds = latency.bounds_seconds().iter().map(|bound| format!("up to {bound} s"));
        for (bound, count) in bounds.chain(["above".to_owned()]).zip(latency.bucket_counts(&totals)) {
            println!("  {bound:<12} {count}");
        }
    }
    Ok(())
}
