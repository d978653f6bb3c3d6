//! Events per second: moving averages over 1, 5 and 15 minutes, and the mean since the start.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Time between two ticks of the averages.
const TICK: Duration = Duration::from_secs(5);
const MINUTES: [f64; 3] = [1.0, 5.0, 15.0];

/// Events per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// How many events there were.
    pub count: u64,
    /// Averaged over a minute, with exponentially falling weight of what is longer ago; 0 in the first five seconds.
    pub m1: f64,
    /// Over five minutes.
    pub m5: f64,
    /// Over fifteen minutes.
    pub m15: f64,
    /// Since the start; 0 at the start.
    pub mean: f64,
}

/// Makes rates of a count that grows. It ticks when it is asked: the ticks that are over by then see what was counted
/// since the one before, all in the first of them.
#[derive(Debug)]
pub(crate) struct RateClock {
    begin: Instant,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    ticks: u64,
    /// The count at the last tick.
    count: u64,
    averages: [Average; 3],
}

impl RateClock {
    pub(crate) fn new(begin: Instant) -> Self {
        let state = State { ticks: 0, count: 0, averages: MINUTES.map(Average::over) };
        Self { begin, state: Mutex::new(state) }
    }

    /// The rates at `now`, where `count` is what has been counted by then.
    pub(crate) fn read(&self, now: Instant, count: u64) -> Rates {
        let elapsed = now.saturating_duration_since(self.begin);
        let mut state = self.state.lock();
        state.tick(elapsed.as_secs() / TICK.as_secs(), count);
        let [m1, m5, m15] = state.averages.each_ref().map(Average::rate);
        let mean = if elapsed.is_zero() { 0.0 } else { count as f64 / elapsed.as_secs_f64() };
        Rates { count, m1, m5, m15, mean }
    }
}

impl State {
    fn tick(&mut self, ticks: u64, count: u64) {
        for _ in self.ticks..ticks {
            let counted = count.wrapping_sub(self.count);
            self.count = count;
            let instant = counted as f64 / TICK.as_secs_f64();
            self.averages.iter_mut().for_each(|average| average.tick(instant));
        }
        self.ticks = self.ticks.max(ticks);
    }
}

/// Exponentially weighted, moving.
#[derive(Debug)]
struct Average {
    alpha: f64,
    rate: Option<f64>,
}

impl Average {
    fn over(minutes: f64) -> Self {
        Self { alpha: 1.0 - (-TICK.as_secs_f64() / (60.0 * minutes)).exp(), rate: None }
    }

    /// `instant`: events per second since the last tick.
    fn tick(&mut self, instant: f64) {
        self.rate = Some(self.rate.map_or(instant, |rate| rate + self.alpha * (instant - rate)));
    }

    fn rate(&self) -> f64 {
        self.rate.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By the definition: each tick's rate weighs `alpha (1 - alpha)^age`, the first one's `(1 - alpha)^age`.
    fn average(minutes: f64, per_tick: &[u64]) -> f64 {
        let stay = (-5.0 / (60.0 * minutes)).exp();
        let last = per_tick.len() - 1;
        let weighed = per_tick.iter().enumerate().map(|(tick, events)| {
            let weight = stay.powi(i32::try_from(last - tick).unwrap());
            *events as f64 / 5.0 * if tick == 0 { weight } else { weight * (1.0 - stay) }
        });
        weighed.sum()
    }

    fn near(one: f64, other: f64) -> bool {
        (one - other).abs() <= 1e-9 * one.abs().max(other.abs())
    }

    proptest! {
        #[test]
        fn averages_are_as_defined(per_tick in prop::collection::vec(0u64..1_000_000, 1..400)) {
            let begin = Instant::now();
            let clock = RateClock::new(begin);
            let (mut now, mut count) = (begin, 0);
            for (tick, events) in (1..).zip(&per_tick) {
                now += TICK;
                count += events;
                let rates = clock.read(now, count);
                let seen = &per_tick[..tick];
                prop_assert!(near(rates.m1, average(1.0, seen)));
                prop_assert!(near(rates.m5, average(5.0, seen)));
                prop_assert!(near(rates.m15, average(15.0, seen)));
                prop_assert!(near(rates.mean, count as f64 / (5.0 * tick as f64)));
                prop_assert_eq!(rates.count, count);
            }
        }

        #[test]
        fn how_often_it_is_asked_between_ticks_does_not_matter(
            per_second in prop::collection::vec(0u64..1000, 5..300)
        ) {
            let begin = Instant::now();
            let (often, seldom) = (RateClock::new(begin), RateClock::new(begin));
            let mut count = 0;
            for (second, events) in (1..).zip(&per_second) {
                count += events;
                let now = begin + Duration::from_secs(second);
                let rates = often.read(now, count);
                if second % 5 == 0 {
                    prop_assert_eq!(rates, seldom.read(now, count));
                }
            }
        }
    }

    #[test]
    fn before_the_first_tick_there_is_no_rate_but_a_mean() {
        let begin = Instant::now();
        let clock = RateClock::new(begin);
        let nothing = Rates { count: 8, m1: 0.0, m5: 0.0, m15: 0.0, mean: 0.0 };
        assert_eq!(clock.read(begin, 8), nothing);
        let later = clock.read(begin + Duration::from_secs(4), 8);
        assert_eq!(later, Rates { mean: 2.0, ..nothing });
    }

    #[test]
    fn ticks_that_are_late_find_everything_in_the_first() {
        let begin = Instant::now();
        let (late, in_time) = (RateClock::new(begin), RateClock::new(begin));
        for tick in 1..=3 {
            in_time.read(begin + TICK * tick, 500);
        }
        let now = begin + TICK * 3;
        assert_eq!(late.read(now, 500), in_time.read(now, 500));
    }

    #[test]
    fn a_minute_of_rest_leaves_a_third_of_the_one_minute_rate() {
        let begin = Instant::now();
        let clock = RateClock::new(begin);
        assert!(near(clock.read(begin + TICK, 50).m1, 10.0));
        assert!(near(clock.read(begin + TICK * 13, 50).m1, 10.0 / std::f64::consts::E));
    }
}
