//! Measuring durations.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use push_metrics::{Registry, WINDOW};

#[test]
fn a_stopwatch_records_the_time_until_it_is_dropped() {
    let timer = Registry::new().timer("t").expect("valid name");
    let outer = Instant::now();
    let running = timer.start();
    let inner = Instant::now();
    std::thread::sleep(Duration::from_millis(20));
    let min = inner.elapsed();
    drop(running);
    let max = outer.elapsed();
    let durations = timer.read(Instant::now()).durations;
    assert_eq!(durations.count(), 1);
    let recorded = Duration::from_nanos(durations.max());
    assert!(min <= recorded && recorded <= max, "{min:?}, {recorded:?}, {max:?}");
}

#[tokio::test]
async fn a_stopwatch_records_every_exit_once() {
    let timer = Registry::new().timer("t").expect("valid name");
    let early = |fail: bool| -> Result<(), ()> {
        let _running = timer.start();
        if fail { Err(()) } else { Ok(()) }
    };
    early(true).expect_err("fails");
    early(false).expect("succeeds");
    let panics = catch_unwind(AssertUnwindSafe(|| {
        let _running = timer.start();
        panic!("on purpose");
    }));
    panics.expect_err("panics");
    let timed = timer.clone();
    let cancelled = tokio::spawn(async move {
        let _running = timed.start_owned();
        std::future::pending::<()>().await;
    });
    tokio::task::yield_now().await;
    cancelled.abort();
    cancelled.await.expect_err("aborted");
    assert_eq!(timer.count(), 4);
}

#[test]
fn quantiles_cover_the_window_and_the_count_everything() {
    let timer = Registry::new().timer("t").expect("valid name");
    let begin = Instant::now();
    timer.update_at(begin, Duration::from_millis(5));
    let slow = begin + Duration::from_secs(10);
    timer.update_at(slow, Duration::from_secs(5));
    let read = timer.read(slow);
    assert_eq!(read.durations.quantile(0.99), 5e9);
    let later = slow + WINDOW;
    timer.update_at(later, Duration::from_millis(4));
    let read = timer.read(later);
    assert_eq!((read.rates.count, read.durations.count()), (3, 1));
    assert_eq!(read.durations.quantile(0.99), 4e6);
}
