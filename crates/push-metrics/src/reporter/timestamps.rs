//! The timestamps of pushes.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

/// Maximum number of timestamps remembered: nine hours at a push per second. After the clock is set back by more, a push
/// may have the timestamp of an earlier one; with timestamps in nanoseconds, this is unlikely.
const MAX_REMEMBERED: usize = 32_768;

/// Nanoseconds from 0001-01-01, from which Go's `Time.Truncate` counts, to 1970-01-01.
const GO_EPOCH_NANOS: u128 = 62_135_596_800 * 1_000_000_000;

/// Derives a timestamp from the clock for each push. It follows the clock, also back, but does not repeat: InfluxDB keeps
/// only one point for a series and timestamp.
#[derive(Debug)]
pub(super) struct Timestamps {
    interval_nanos: u64,
    unit_nanos: u64,
    align: bool,
    used: HashSet<u64>,
    /// The timestamps in `used`, in the order of their use.
    order: VecDeque<u64>,
}

impl Timestamps {
    /// Timestamps in `unit`s for pushes at an interval. With `align`, they are multiples of the interval.
    pub(super) fn new(interval: Duration, unit: Duration, align: bool) -> Self {
        let nanos = |duration: Duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX).max(1);
        let (used, order) = (HashSet::new(), VecDeque::new());
        Self { interval_nanos: nanos(interval), unit_nanos: nanos(unit), align, used, order }
    }

    /// The timestamp of a push at `now`, in nanoseconds since 1970: the time, rounded down, or the next unit without a
    /// push. Returns `None` if no unit within an interval is free, unless this is the last push.
    pub(super) fn next(&mut self, now: u64, is_last: bool) -> Option<u64> {
        let begin = if self.align { now - self.since_multiple(now).min(now) } else { now };
        let first = begin / self.unit_nanos;
        let last =
            if is_last { u64::MAX } else { first.saturating_add(self.interval_nanos / self.unit_nanos) };
        let timestamp = (first..=last).find(|timestamp| !self.used.contains(timestamp))?;
        self.used.insert(timestamp);
        self.order.push_back(timestamp);
        if self.order.len() > MAX_REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.used.remove(&oldest);
        }
        Some(timestamp)
    }

    /// The time from `now` to the first push: an interval, or with `align` the next multiple of the interval.
    pub(super) fn first_delay(&self, now: u64) -> Duration {
        let passed = if self.align { self.since_multiple(now) } else { 0 };
        Duration::from_nanos(self.interval_nanos - passed)
    }

    /// Nanoseconds since the last multiple of the interval, as Go counts them.
    fn since_multiple(&self, now: u64) -> u64 {
        let passed = (GO_EPOCH_NANOS + u128::from(now)) % u128::from(self.interval_nanos);
        // Smaller than the interval, which is a u64.
        u64::try_from(passed).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// Times of a clock that runs, stands still, jumps ahead and is set back, in nanoseconds.
    fn clock() -> impl Strategy<Value = Vec<u64>> {
        let step = prop_oneof![
            4 => Just(1_000_000_000_i64),
            2 => 990_000_000_i64..1_010_000_000,
            1 => Just(0_i64),
            1 => -5_i64..5,
            1 => (-5_i64..=5).prop_map(|seconds| seconds * 1_000_000_000),
            1 => -3_600_000_000_000_i64..3_600_000_000_000,
        ];
        prop::collection::vec(step, 1..400).prop_map(|steps| {
            let mut now = 1_500_000_000 * SECOND;
            steps
                .into_iter()
                .map(|step| {
                    now = now.saturating_add_signed(step);
                    now
                })
                .collect()
        })
    }

    fn unit() -> impl Strategy<Value = u64> {
        prop::sample::select(vec![1, 1_000, 1_000_000, SECOND])
    }

    proptest! {
        #[test]
        fn timestamps_follow_the_clock_and_are_distinct(times in clock(), unit in unit(), align: bool) {
            let interval = Duration::from_secs(1);
            let mut timestamps = Timestamps::new(interval, Duration::from_nanos(unit), align);
            let mut used = HashSet::new();
            for now in times {
                let expected = if align { now / SECOND * SECOND } else { now } / unit;
                let timestamp = timestamps.next(now, false);
                if !used.contains(&expected) {
                    prop_assert_eq!(timestamp, Some(expected));
                }
                match timestamp {
                    Some(timestamp) => {
                        prop_assert!(used.insert(timestamp), "{} is repeated", timestamp);
                        prop_assert!(timestamp >= expected && timestamp - expected <= SECOND / unit);
                    }
                    None => prop_assert!((expected..=expected + SECOND / unit).all(|it| used.contains(&it))),
                }
            }
        }
    }

    fn nanoseconds() -> Timestamps {
        Timestamps::new(Duration::from_secs(1), Duration::from_nanos(1), false)
    }

    #[test]
    fn a_jump_of_the_clock_ahead_does_not_affect_later_timestamps() {
        let mut timestamps = nanoseconds();
        for now in [10, 11, 15, 16, 17, 15, 16, 17, 18].map(|second| second * SECOND) {
            let timestamp = timestamps.next(now, false).expect("a free nanosecond");
            assert!(timestamp - now <= 1, "{timestamp} at {now}");
        }
    }

    #[test]
    fn an_hour_with_points_is_not_ahead_of_a_clock_that_is_set_back_by_an_hour() {
        let mut timestamps = nanoseconds();
        let seconds = || (0..3600).map(|second| second * SECOND);
        assert!(seconds().all(|now| timestamps.next(now, false) == Some(now)));
        assert!(seconds().all(|now| timestamps.next(now, false) == Some(now + 1)));
    }

    #[test]
    fn a_push_without_a_free_unit_is_skipped_unless_it_is_the_last() {
        let mut timestamps = Timestamps::new(Duration::from_secs(1), Duration::from_secs(1), false);
        for second in 10..14 {
            assert_eq!(timestamps.next(second * SECOND, false), Some(second));
        }
        assert_eq!(timestamps.next(10 * SECOND, false), None);
        assert_eq!(timestamps.next(11 * SECOND, true), Some(14));
    }

    #[test]
    fn aligned_timestamps_are_those_of_go() {
        // time.Unix(1500000000, 123).Truncate(d).UnixNano(), for intervals that divide a day and some that do not.
        for (interval, expected) in [
            (1, 1_500_000_000),
            (10, 1_500_000_000),
            (3600, 1_499_997_600),
            (7, 1_499_999_994),
            (11, 1_499_999_994),
        ] {
            let mut timestamps =
                Timestamps::new(Duration::from_secs(interval), Duration::from_nanos(1), true);
            assert_eq!(
                timestamps.next(1_500_000_000 * SECOND + 123, false),
                Some(expected * SECOND),
                "{interval} s"
            );
        }
    }

    #[test]
    fn the_first_aligned_push_is_at_a_multiple_of_the_interval() {
        let timestamps = Timestamps::new(Duration::from_secs(10), Duration::from_nanos(1), true);
        assert_eq!(timestamps.first_delay(SECOND * 1_500_000_003), Duration::from_secs(7));
        assert_eq!(timestamps.first_delay(SECOND * 1_500_000_000), Duration::from_secs(10));
        assert_eq!(nanoseconds().first_delay(5), Duration::from_secs(1));
    }

    #[test]
    fn the_number_of_remembered_timestamps_is_limited() {
        let mut timestamps = nanoseconds();
        (0..100_000).for_each(|now| assert_eq!(timestamps.next(now, false), Some(now)));
        assert_eq!((timestamps.order.len(), timestamps.used.len()), (MAX_REMEMBERED, MAX_REMEMBERED));
    }
}
