//! Tells an observer of the messages of one direction of one call.

use crate::MessageObserver;
use crate::frames::FrameCounter;

#[derive(Debug)]
pub(crate) struct Meter<M> {
    frames: FrameCounter,
    observer: M,
}

impl<M: MessageObserver> Meter<M> {
    pub(crate) fn new(observer: M) -> Self {
        Self { frames: FrameCounter::default(), observer }
    }

    /// Whether what has passed is whole messages, or none.
    pub(crate) fn is_between_messages(&self) -> bool {
        self.frames.is_between_messages()
    }

    /// More of the body is asked for.
    #[inline]
    pub(crate) fn asked(&mut self) {
        self.observer.asked();
    }

    /// A chunk passes.
    #[inline]
    pub(crate) fn passed(&mut self, chunk: &[u8]) {
        let count = self.frames.feed(chunk);
        if count > 0 {
            self.observer.passed(count);
        }
    }
}
