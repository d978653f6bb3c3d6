//! Concurrent recording: while another thread closes age buckets, and from more threads than own a shard.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sharded_metrics::WindowedHistogram;

const THREADS: u64 = 4;
const RECORDS: u64 = 50_000;

#[test]
fn each_record_is_in_exactly_one_age_bucket() {
    let start = Instant::now();
    // Enough age buckets that no record leaves the window.
    let histogram = WindowedHistogram::starting_at(start, Duration::from_secs(1_000_000), 1_000_000);
    let done = AtomicBool::new(false);
    let now = thread::scope(|scope| {
        let recorders: Vec<_> = (0..THREADS)
            .map(|thread| {
                let histogram = &histogram;
                scope.spawn(move || (0..RECORDS).for_each(|value| histogram.record(value * THREADS + thread)))
            })
            .collect();
        let rotator = scope.spawn(|| {
            let mut now = start;
            while !done.load(Ordering::Relaxed) {
                now += Duration::from_secs(1);
                histogram.advance(now);
            }
            now
        });
        recorders.into_iter().for_each(|recorder| recorder.join().expect("no panic"));
        done.store(true, Ordering::Relaxed);
        rotator.join().expect("no panic")
    });
    let records = THREADS * RECORDS;
    let sum = records * (records - 1) / 2;
    assert_eq!((histogram.lifetime_count(), histogram.lifetime_sum()), (records, sum));
    let snapshot = histogram.snapshot(now);
    assert_eq!((snapshot.count(), snapshot.sum()), (records, sum));
    assert_eq!(snapshot.min(), 0, "small values have cells of their own");
    let largest = (records - 1) as f64;
    assert!((snapshot.max() as f64 - largest).abs() <= largest * 0.0157, "within its cell");
}

#[test]
fn counts_of_concurrent_snapshots_never_decrease() {
    let histogram = WindowedHistogram::new(Duration::from_secs(3600), 2);
    thread::scope(|scope| {
        let recorders: Vec<_> =
            (0..2).map(|_| scope.spawn(|| (0..RECORDS).for_each(|value| histogram.record(value)))).collect();
        let mut before = 0;
        while recorders.iter().any(|recorder| !recorder.is_finished()) {
            let count = histogram.snapshot(Instant::now()).count();
            assert!(before <= count && count <= 2 * RECORDS, "{before}, then {count}");
            before = count;
        }
    });
    assert_eq!(histogram.snapshot(Instant::now()).count(), 2 * RECORDS);
}

#[test]
fn records_of_successive_threads_are_all_counted() {
    let histogram = WindowedHistogram::new(Duration::from_secs(3600), 2);
    for _ in 0..100 {
        thread::scope(|scope| scope.spawn(|| histogram.record(5)).join().expect("no panic"));
    }
    assert_eq!((histogram.lifetime_count(), histogram.lifetime_sum()), (100, 500));
    assert_eq!(histogram.snapshot(Instant::now()).count(), 100);
}

#[test]
fn threads_without_a_shard_of_their_own_lose_no_records() {
    let histogram = WindowedHistogram::new(Duration::from_secs(3600), 2);
    let (threads, records) = (sharded_metrics::OWNED_SHARDS as u64 + 40, 100);
    let barrier = Barrier::new(threads as usize);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                histogram.record(0);
                barrier.wait();
                (1..records).for_each(|value| histogram.record(value));
            });
        }
    });
    let sum = threads * records * (records - 1) / 2;
    assert_eq!((histogram.lifetime_count(), histogram.lifetime_sum()), (threads * records, sum));
    let snapshot = histogram.snapshot(Instant::now());
    assert_eq!((snapshot.count(), snapshot.sum()), (threads * records, sum));
}
