//! Counts, and if asked times, the messages of one direction of one call.

use std::time::Duration;

use crate::clock::Moment;
use crate::frames::FrameCounter;
use crate::recorder::{Direction, Recorder, Series};

#[derive(Debug)]
pub(crate) struct Meter {
    direction: Direction,
    frames: FrameCounter,
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
    pub(crate) fn new(recorder: &Recorder, direction: Direction, since: Option<Moment>) -> Self {
        let timer = match (recorder.times(direction), direction, since) {
            (false, _, _) => Timer::Off,
            (true, Direction::Received, Some(since)) => Timer::Receiving(since),
            (true, _, _) => Timer::Idle,
        };
        Self { direction, frames: FrameCounter::default(), timer }
    }

    pub(crate) fn direction(&self) -> Direction {
        self.direction
    }

    /// Whether what has passed is whole messages, or none.
    pub(crate) fn is_between_messages(&self) -> bool {
        self.frames.is_between_messages()
    }

    /// More of the body is asked for.
    #[inline]
    pub(crate) fn asked(&mut self, recorder: &Recorder, series: Series) {
        if !matches!(self.timer, Timer::Off) {
            self.time_asked(recorder, series);
        }
    }

    fn time_asked(&mut self, recorder: &Recorder, series: Series) {
        match (&self.timer, self.direction) {
            (Timer::Idle, Direction::Received) => self.timer = Timer::Receiving(recorder.clock.now()),
            (Timer::Sending(..), _) => self.taken(recorder, series),
            _ => {}
        }
    }

    /// A chunk passes.
    #[inline]
    pub(crate) fn passed(&mut self, recorder: &Recorder, series: Series, chunk: &[u8]) {
        let count = self.frames.feed(chunk);
        if count == 0 {
            return;
        }
        recorder.messages(series, self.direction, count);
        if !matches!(self.timer, Timer::Off) {
            self.time_passed(recorder, series, count);
        }
    }

    fn time_passed(&mut self, recorder: &Recorder, series: Series, count: u64) {
        match (&self.timer, self.direction) {
            (&Timer::Receiving(since), _) => {
                recorder.message_time(series, self.direction, recorder.clock.since(since));
                // Those behind the first were there already.
                for _ in 1..count {
                    recorder.message_time(series, self.direction, Duration::ZERO);
                }
                self.timer = Timer::Idle;
            }
            (Timer::Idle, Direction::Sent) => self.timer = Timer::Sending(recorder.clock.now(), count),
            _ => {}
        }
    }

    /// What was handed on has been taken: more is asked for, or the body is done with.
    pub(crate) fn taken(&mut self, recorder: &Recorder, series: Series) {
        if let Timer::Sending(since, count) = self.timer {
            let elapsed = recorder.clock.since(since);
            for _ in 0..count {
                recorder.message_time(series, self.direction, elapsed);
            }
            self.timer = Timer::Idle;
        }
    }
}
