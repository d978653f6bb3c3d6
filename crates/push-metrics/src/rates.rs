//! Events per second: moving averages over 1, 5 and 15 minutes, and the mean since the start.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Interval at which the averages advance.
const TICK: Duration = Duration::from_secs(5);
const MINUTES: [f64; 3] = [1.0, 5.0, 15.0];

/// Rates in events per second.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Rates {
    /// Number of events since the start.
    pub count: u64,
    /// Exponentially weighted moving average over one minute; 0 for the first five seconds.
    pub m1: f64,
    /// The average over five minutes.
    pub m5: f64,
    /// The average over fifteen minutes.
    pub m15: f64,
    /// The mean since the start; 0 at the start.
    pub mean: f64,
}

/// Computes rates of a growing count.
///
/// The averages advance by one tick every five seconds, but only when they are read. If several ticks are due, the first
/// gets all events since the last one.
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

    /// The rates at `now`, when the count is `count`.
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
            let events = count.wrapping_sub(self.count);
            self.count = count;
            let rate = events as f64 / TICK.as_secs_f64();
            self.averages.iter_mut().for_each(|average| average.tick(rate));
        }
        self.ticks = self.ticks.max(ticks);
    }
}

/// An exponentially weighted moving average.
#[derive(Debug)]
struct Average {
    alpha: f64,
    rate: Option<f64>,
}

impl Average {
    fn over(minutes: f64) -> Self {
        Self { alpha: 1.0 - (-TICK.as_secs_f64() / (60.0 * minutes)).exp(), rate: None }
    }

    /// Adds the rate since the last tick, in events per second. The first tick sets the average.
    fn tick(&mut self, rate: f64) {
        self.rate = Some(self.rate.map_or(rate, |average| average + self.alpha * (rate - average)));
    }

    fn rate(&self) -> f64 {
        self.rate.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition: a tick's rate has the weight `alpha (1 - alpha)^age`, that of the first tick `(1 - alpha)^age`.
    fn average(minutes: f64, per_tick: &[u64]) -> f64 {
        let decay = (-5.0 / (60.0 * minutes)).exp();
        let last = per_tick.len() - 1;
        let weighted = per_tick.iter().enumerate().map(|(tick, events)| {
            let weight = decay.powi(i32::try_from(last - tick).unwrap());
            *events as f64 / 5.0 * if tick == 0 { weight } else { weight * (1.0 - decay) }
        });
        weighted.sum()
    }

    fn is_close(one: f64, other: f64) -> bool {
        (one - other).abs() <= 1e-9 * one.abs().max(other.abs())
    }

    proptest! {
        #[test]
        fn averages_match_the_definition(per_tick in prop::collection::vec(0u64..1_000_000, 1..400)) {
            let begin = Instant::now();
            let clock = RateClock::new(begin);
            let (mut now, mut count) = (begin, 0);
            for (tick, events) in (1..).zip(&per_tick) {
                now += TICK;
                count += events;
                let rates = clock.read(now, count);
                let elapsed = &per_tick[..tick];
                prop_assert!(is_close(rates.m1, average(1.0, elapsed)));
                prop_assert!(is_close(rates.m5, average(5.0, elapsed)));
                prop_assert!(is_close(rates.m15, average(15.0, elapsed)));
                prop_assert!(is_close(rates.mean, count as f64 / (5.0 * tick as f64)));
                prop_assert_eq!(rates.count, count);
            }
        }

        #[test]
        fn reads_between_ticks_do_not_change_the_averages(
            per_second in prop::collection::vec(0u64..1000, 5..300)
        ) {
            let begin = Instant::now();
            let (every_second, every_tick) = (RateClock::new(begin), RateClock::new(begin));
            let mut count = 0;
            for (second, events) in (1..).zip(&per_second) {
                count += events;
                let now = begin + Duration::from_secs(second);
                let rates = every_second.read(now, count);
                if second % 5 == 0 {
                    prop_assert_eq!(rates, every_tick.read(now, count));
                }
            }
        }
    }

    #[test]
    fn averages_are_0_before_the_first_tick() {
        let begin = Instant::now();
        let clock = RateClock::new(begin);
        let initial = Rates { count: 8, m1: 0.0, m5: 0.0, m15: 0.0, mean: 0.0 };
        assert_eq!(clock.read(begin, 8), initial);
        let later = clock.read(begin + Duration::from_secs(4), 8);
        assert_eq!(later, Rates { mean: 2.0, ..initial });
    }

    #[test]
    fn the_first_of_several_due_ticks_gets_all_events() {
        let begin = Instant::now();
        let (late, on_time) = (RateClock::new(begin), RateClock::new(begin));
        for tick in 1..=3 {
            on_time.read(begin + TICK * tick, 500);
        }
        let now = begin + TICK * 3;
        assert_eq!(late.read(now, 500), on_time.read(now, 500));
    }

    #[test]
    fn the_one_minute_average_decays_by_a_factor_of_e_in_a_minute() {
        let begin = Instant::now();
        let clock = RateClock::new(begin);
        assert!(is_close(clock.read(begin + TICK, 50).m1, 10.0));
        assert!(is_close(clock.read(begin + TICK * 13, 50).m1, 10.0 / std::f64::consts::E));
    }
}
