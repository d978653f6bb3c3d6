//! The clock that times calls.

use std::sync::LazyLock;
use std::time::Duration;

/// The process's clock. It is shared because calibrating one takes up to 1 ms, or up to 0.2 s on a busy machine.
static CLOCK: LazyLock<Clock> = LazyLock::new(Clock::default);

/// A reading of a fast monotonic clock: the processor's time stamp counter where its rate is constant, else the
/// operating system's clock.
///
/// The first reading in a process calibrates the clock, which takes less than 1 ms, or up to 0.2 s on a busy machine.
#[derive(Clone, Copy, Debug)]
pub struct Moment(u64);

impl Moment {
    /// Reads the clock.
    #[inline]
    pub fn now() -> Self {
        CLOCK.now()
    }

    /// The time since this reading. Zero if the clock went back, as the counter may on a machine that was suspended.
    #[inline]
    pub fn elapsed(self) -> Duration {
        CLOCK.since(self)
    }
}

#[derive(Debug, Default)]
struct Clock(quanta::Clock);

impl Clock {
    #[inline]
    fn now(&self) -> Moment {
        Moment(self.0.raw())
    }

    #[inline]
    fn since(&self, moment: Moment) -> Duration {
        self.0.delta(moment.0, self.0.raw())
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Instant;

    use super::*;

    #[test]
    fn agrees_with_the_system_clock() {
        let (outer, moment) = (Instant::now(), Moment::now());
        let inner = Instant::now();
        thread::sleep(Duration::from_millis(30));
        let min = inner.elapsed();
        let measured = moment.elapsed();
        let max = outer.elapsed();
        assert!(min.mul_f64(0.99) <= measured && measured <= max.mul_f64(1.01));
    }

    #[test]
    fn measures_zero_when_the_counter_goes_back_and_recovers() {
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
