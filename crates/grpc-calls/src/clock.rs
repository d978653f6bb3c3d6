//! The clock that times calls.

use std::time::Duration;

/// Reads the processor's counter where that runs at one rate, else the system's monotonic clock.
///
/// The first one in a process measures the counter's rate: for less than a millisecond, or up to 0.2 s if the machine is
/// so busy that readings scatter.
///
/// Only differences of readings are turned into time: one that goes back, as a counter may in a
/// machine that was suspended, takes no time, and later ones are right again.
#[derive(Debug, Default)]
pub struct Clock(quanta::Clock);

/// A reading of a [`Clock`].
#[derive(Clone, Copy, Debug)]
pub struct Moment(u64);

impl Clock {
    /// A reading of now.
    #[inline]
    pub fn now(&self) -> Moment {
        Moment(self.0.raw())
    }

    /// The time from a reading until now.
    #[inline]
    pub fn since(&self, moment: Moment) -> Duration {
        self.0.delta(moment.0, self.0.raw())
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Instant;

    use super::*;

    #[test]
    fn time_passes_as_on_the_systems_clock() {
        let clock = Clock::default();
        let (outer, moment) = (Instant::now(), clock.now());
        let inner = Instant::now();
        thread::sleep(Duration::from_millis(30));
        let least = inner.elapsed();
        let measured = clock.since(moment);
        let most = outer.elapsed();
        assert!(least.mul_f64(0.99) <= measured && measured <= most.mul_f64(1.01));
    }

    #[test]
    fn a_clock_that_went_back_is_right_again_at_once() {
        let (clock, counter) = quanta::Clock::mock();
        let clock = Clock(clock);
        counter.increment(1_000_000);
        let before = clock.now();
        counter.decrement(900_000);
        assert_eq!(clock.since(before), Duration::ZERO);
        let after = clock.now();
        counter.increment(20);
        assert_eq!(clock.since(after), Duration::from_nanos(20));
    }
}
