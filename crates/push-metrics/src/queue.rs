//! Batches that wait, oldest first, within a bound of bytes.

use std::collections::VecDeque;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::batch::Batch;

/// One side puts batches in, the other takes the oldest, and puts it back or says that it is done with it. What is
/// taken counts as held until then, and is never dropped.
#[derive(Debug)]
pub(crate) struct Queue {
    /// Of bytes.
    limit: usize,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Batch>,
    /// With what is taken.
    bytes: usize,
    points: usize,
    closed: bool,
}

impl State {
    fn forget(&mut self, batch: &Batch) {
        self.bytes -= batch.bytes();
        self.points -= batch.points();
    }
}

impl Queue {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, state: Mutex::default(), changed: Notify::new() }
    }

    /// Puts a batch in as the newest. Returns how many points went for it: the oldest that wait, and the batch's own
    /// where even that does not make room.
    pub(crate) fn push(&self, batch: Batch) -> usize {
        let mut state = self.state.lock();
        let mut dropped = 0;
        while state.bytes + batch.bytes() > self.limit {
            let Some(oldest) = state.waiting.pop_front() else { return dropped + batch.points() };
            state.forget(&oldest);
            dropped += oldest.points();
        }
        state.bytes += batch.bytes();
        state.points += batch.points();
        state.waiting.push_back(batch);
        drop(state);
        self.changed.notify_one();
        dropped
    }

    /// Nothing will be put in any more.
    pub(crate) fn close(&self) {
        self.state.lock().closed = true;
        self.changed.notify_one();
    }

    /// The oldest batch, now or once there is one; none when the queue is closed and empty.
    pub(crate) async fn take(&self) -> Option<Batch> {
        loop {
            {
                let mut state = self.state.lock();
                let oldest = state.waiting.pop_front();
                if oldest.is_some() || state.closed {
                    return oldest;
                }
            }
            self.changed.notified().await;
        }
    }

    /// Puts back what was taken, whole or in parts, as the oldest.
    pub(crate) fn put_back<const N: usize>(&self, parts: [Batch; N]) {
        let mut state = self.state.lock();
        for part in parts.into_iter().rev() {
            state.waiting.push_front(part);
        }
    }

    /// What was taken is delivered, or given up.
    pub(crate) fn done(&self, batch: &Batch) {
        self.state.lock().forget(batch);
    }

    /// How many points are held.
    pub(crate) fn points(&self) -> usize {
        self.state.lock().points
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn batch(number: usize) -> Batch {
        Batch::new(format!("{number:09}\n"), 1)
    }

    async fn number(queue: &Queue) -> Option<usize> {
        let batch = queue.take().await?;
        queue.done(&batch);
        Some(batch.lines().trim().parse().expect("a number"))
    }

    #[tokio::test]
    async fn the_oldest_go_for_the_newest() {
        let queue = Queue::new(30);
        let dropped: Vec<_> = (0..5).map(|n| queue.push(batch(n))).collect();
        assert_eq!((dropped, queue.points()), (vec![0, 0, 0, 1, 1], 3));
        queue.close();
        for expected in [Some(2), Some(3), Some(4), None] {
            assert_eq!(number(&queue).await, expected);
        }
    }

    #[tokio::test]
    async fn what_is_taken_is_held_and_not_dropped() {
        let queue = Queue::new(20);
        queue.push(batch(0));
        let taken = queue.take().await.expect("one");
        assert_eq!((queue.push(batch(1)), queue.push(batch(2))), (0, 1), "1 goes for 2");
        queue.put_back([taken]);
        assert_eq!((number(&queue).await, number(&queue).await), (Some(0), Some(2)));
    }

    #[test]
    fn a_batch_above_the_bound_goes_itself_and_takes_the_rest_along() {
        let queue = Queue::new(15);
        queue.push(batch(0));
        assert_eq!(queue.push(Batch::new("x".repeat(15) + "\n", 4)), 5);
        assert_eq!(queue.points(), 0);
    }

    proptest! {
        #[test]
        fn points_are_conserved(sizes in prop::collection::vec((1usize..40, 0u8..4), 1..60)) {
            let queue = Queue::new(100);
            let (mut put, mut dropped, mut out) = (0, 0, 0);
            for (size, action) in sizes {
                match action {
                    0 | 1 => {
                        put += size;
                        dropped += queue.push(Batch::new("\n".repeat(size), size));
                    }
                    _ if queue.points() == 0 => {}
                    action => {
                        let taken = at_once(queue.take()).expect("points wait");
                        if action == 2 {
                            out += taken.points();
                            queue.done(&taken);
                        } else if let Ok(halves) = taken.clone().split() {
                            queue.put_back(halves);
                        } else {
                            queue.put_back([taken]);
                        }
                    }
                }
                prop_assert_eq!(queue.points(), put - dropped - out);
                prop_assert!(queue.state.lock().bytes <= 100);
            }
        }
    }

    /// What is ready at once.
    fn at_once<T>(future: impl Future<Output = T>) -> T {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match std::pin::pin!(future).poll(&mut context) {
            std::task::Poll::Ready(output) => output,
            std::task::Poll::Pending => panic!("not ready"),
        }
    }
}
