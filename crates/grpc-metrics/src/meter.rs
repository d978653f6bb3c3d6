//! Counts, and if asked times, the messages of one direction of one call.

use std::time::Duration;

use grpc_calls::{Direction, MessageObserver, Moment};

use crate::recorder::{Recorder, Series};

/// The messages of one direction of one call.
#[derive(Debug)]
pub struct Meter {
    recorder: &'static Recorder,
    series: Series,
    direction: Direction,
    timer: Timer,
}

#[derive(Debug)]
enum Timer {
    Off,
    /// Nothing is awaited.
    Idle,
    /// Since when the next message is awaited.
    Receiving(Moment),
    /// How many messages were handed on, and when.
    Sending(Moment, u64),
}

impl Meter {
    /// `since` is when the first message began to be awaited.
    pub(crate) fn new(
        recorder: &'static Recorder,
        series: Series,
        direction: Direction,
        since: Option<Moment>,
    ) -> Self {
        let timer = match (recorder.times(direction), direction, since) {
            (false, _, _) => Timer::Off,
            (true, Direction::Received, Some(since)) => Timer::Receiving(since),
            (true, _, _) => Timer::Idle,
        };
        Self { recorder, series, direction, timer }
    }

    fn time_asked(&mut self) {
        match (&self.timer, self.direction) {
            (Timer::Idle, Direction::Received) => self.timer = Timer::Receiving(self.recorder.clock.now()),
            (Timer::Sending(..), _) => self.taken(),
            _ => {}
        }
    }

    fn time_passed(&mut self, count: u64) {
        match (&self.timer, self.direction) {
            (&Timer::Receiving(since), _) => {
                self.observe(self.recorder.clock.since(since));
                // Those behind the first were there already.
                for _ in 1..count {
                    self.observe(Duration::ZERO);
                }
                self.timer = Timer::Idle;
            }
            (Timer::Idle, Direction::Sent) => {
                self.timer = Timer::Sending(self.recorder.clock.now(), count);
            }
            _ => {}
        }
    }

    /// What was handed on has been taken: more is asked for, or the body is done with.
    fn taken(&mut self) {
        if let Timer::Sending(since, count) = self.timer {
            let elapsed = self.recorder.clock.since(since);
            for _ in 0..count {
                self.observe(elapsed);
            }
            self.timer = Timer::Idle;
        }
    }

    fn observe(&self, duration: Duration) {
        self.recorder.message_time(self.series, self.direction, duration);
    }
}

impl MessageObserver for Meter {
    #[inline]
    fn asked(&mut self) {
        if !matches!(self.timer, Timer::Off) {
            self.time_asked();
        }
    }

    #[inline]
    fn passed(&mut self, count: u64) {
        self.recorder.messages(self.series, self.direction, count);
        if !matches!(self.timer, Timer::Off) {
            self.time_passed(count);
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.taken();
    }
}
