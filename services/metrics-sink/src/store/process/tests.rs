use proptest::prelude::*;

use super::*;

/// Flushes of `(timestamp in ms, uptime in s)`, each on a stream of its own; returns which came from another process.
fn restarts(flushes: &[(i64, f64)]) -> Vec<bool> {
    let mut process = Process::default();
    let mut record = |(timestamp_ms, uptime): &(i64, f64)| {
        process.start_stream();
        process.record_uptime(*uptime, *timestamp_ms, true)
    };
    flushes.iter().map(&mut record).collect()
}

#[test]
fn a_different_start_time_is_another_process() {
    let flushes =
        [(1_000_900, 100.0), (1_001_900, 101.0), (1_003_100, 101.0), (1_004_000, 0.0), (1_005_000, 1.0)];
    assert_eq!(restarts(&flushes), [false, false, false, true, false]);
    assert_eq!(restarts(&[(1_000_000, 5.0), (1_300_000, 290.0)]), [false, true]);
    // The older of two Envoys with one identity.
    assert_eq!(restarts(&[(1_000_000, 5.0), (1_001_000, 90.0)]), [false, true]);
    assert_eq!(restarts(&[(1_000_000, f64::NAN), (1_001_000, 0.0)]), [false, false]);
}

#[test]
fn a_lower_uptime_is_another_process_even_within_the_same_seconds() {
    assert_eq!(restarts(&[(1_000_900, 1.0), (1_001_100, 0.0)]), [false, true]);
    assert_eq!(restarts(&[(0, 7.0), (0, 8.0), (0, 3.0)]), [false, false, true]);
}

#[test]
fn setting_the_clock_is_not_a_restart() {
    assert_eq!(
        restarts(&[(1_000_000_000, 500.0), (996_400_000, 1.844e19), (1_007_200_000, 7_700.0)]),
        [false; 3]
    );
    assert_eq!(restarts(&[(1_000_000_000, 5_000.0), (996_401_000, 1_401.0)]), [false; 2]);
}

#[test]
fn a_hot_restart_is_another_process() {
    let mut process = Process::default();
    process.start_stream();
    process.record_uptime(50.0, 1_050_000, true);
    assert!(!process.record_epoch(0.0, true));
    process.start_stream();
    assert!(!process.record_uptime(52.0, 1_052_000, true));
    assert!(process.record_epoch(1.0, true));
    assert!(!process.record_epoch(1.0, false));
}

#[test]
fn an_uptime_that_falls_when_the_parent_of_a_hot_restart_ends_is_not_a_restart() {
    let child = || {
        let mut process = Process::default();
        process.start_stream();
        process.record_uptime(50.0, 1_050_000, true);
        process.record_epoch(0.0, true);
        process.start_stream();
        assert!(process.record_epoch(1.0, true));
        assert!(!process.record_uptime(100.0, 1_051_000, true));
        assert!(!process.record_uptime(101.0, 1_052_000, false));
        process
    };
    let mut same_stream = child();
    assert!(!same_stream.record_uptime(53.0, 1_053_000, false));
    same_stream.start_stream();
    assert!(!same_stream.record_uptime(60.0, 1_060_000, true));
    let mut new_stream = child();
    new_stream.start_stream();
    assert!(!new_stream.record_uptime(60.0, 1_060_000, true));
    new_stream.start_stream();
    assert!(new_stream.record_uptime(1.0, 1_063_000, true), "another process");
    let mut restarted = child();
    assert!(restarted.record_uptime(1.0, 1_060_000, false), "another process");
}

#[test]
fn counters_decide_only_between_processes_that_the_uptime_cannot_tell_apart() {
    let mut process = Process::default();
    process.start_stream();
    assert!(process.is_told_by_counters());
    process.record_uptime(1.0, 1_001_000, true);
    process.start_stream();
    process.record_uptime(1.0, 1_001_800, true);
    assert!(process.is_told_by_counters());
    process.record_uptime(3.0, 1_003_800, false);
    process.start_stream();
    assert!(!process.is_told_by_counters(), "the uptime is still to come");
    assert!(process.lost_uptime());
    assert!(process.is_told_by_counters());
}

#[test]
fn a_saved_process_continues_only_with_its_start_time_and_epoch() {
    let saved = SavedProcess {
        uptime_seconds: 100.0,
        timestamp_ms: 1_100_000,
        start_ms: 1_000_000,
        epoch: Some(1.0),
    };
    let earlier = Process::of_saved(&saved);
    assert_eq!(earlier.save(), Some(saved));
    let seen = |uptime, timestamp_ms, epoch| {
        let mut process = Process::default();
        process.start_stream();
        assert_eq!(process.continues(&earlier), None);
        process.record_uptime(uptime, timestamp_ms, true);
        if let Some(epoch) = epoch {
            process.record_epoch(epoch, true);
        }
        process.continues(&earlier)
    };
    assert_eq!(seen(107.0, 1_107_000, Some(1.0)), Some(true));
    assert_eq!(seen(107.0, 1_107_000, None), None, "the epoch is still to come");
    assert_eq!(seen(107.0, 1_107_000, Some(2.0)), Some(false), "a hot restart");
    assert_eq!(seen(3.0, 1_107_000, None), Some(false), "a restart");
    assert_eq!(seen(107.0, 1_117_000, Some(1.0)), Some(false), "an older Envoy");
    // The clock is set by an hour.
    assert_eq!(seen(3_707.0, 4_707_000, Some(1.0)), Some(true));
    // Without timestamps, a process that started since then may have a higher uptime.
    assert_eq!(seen(107.0, 0, Some(1.0)), Some(false));
}

#[test]
fn a_process_saved_within_two_seconds_of_its_start_is_not_recognized() {
    let saved =
        SavedProcess { uptime_seconds: 2.0, timestamp_ms: 1_002_000, start_ms: 1_000_000, epoch: None };
    let mut process = Process::default();
    process.record_uptime(4.0, 1_004_000, true);
    assert_eq!(process.continues(&Process::of_saved(&saved)), Some(false));
}

proptest! {
    /// A process is one process, however it flushes and reconnects. The next process is another one from its first
    /// flush on, unless both started within seconds; then its counters decide.
    #[test]
    fn a_process_is_recognized_by_its_start_time(
        start_s in 1_000_000i64..2_000_000,
        flushes in prop::collection::vec((1i64..100_000, any::<bool>()), 1..30),
        snapshot_delay_ms in 0i64..900,
        down_ms in 0i64..100_000,
    ) {
        let mut process = Process::default();
        let mut now_ms = start_s * 1_000 + 10;
        for (pause_ms, reconnects) in flushes {
            now_ms += pause_ms;
            if reconnects {
                process.start_stream();
            }
            let uptime = now_ms / 1_000 - start_s;
            prop_assert!(!process.record_uptime(uptime as f64, now_ms + snapshot_delay_ms, reconnects));
        }
        let restarted_ms = now_ms + down_ms;
        let flushed_ms = restarted_ms + snapshot_delay_ms + 500;
        process.start_stream();
        let may_be_told = process.is_told_by_counters();
        let uptime = flushed_ms / 1_000 - restarted_ms / 1_000;
        prop_assert!(process.record_uptime(uptime as f64, flushed_ms, true) || may_be_told);
    }
}
