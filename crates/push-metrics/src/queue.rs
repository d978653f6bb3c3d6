//! Batches of points that wait to be sent, oldest first, up to a limit of bytes.

use std::collections::VecDeque;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::batch::Batch;

/// A queue between one producer, which pushes batches, and one consumer, which takes the oldest in one larger batch and
/// then calls [`put_back`](Self::put_back) or [`done`](Self::done).
///
/// A batch that is taken counts toward the limit until it is done, and is not dropped.
#[derive(Debug)]
pub(crate) struct Queue {
    limit_bytes: usize,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Batches that were taken before, older than all others. They are not combined, so that a split is not undone.
    returned: VecDeque<Batch>,
    waiting: VecDeque<Batch>,
    /// Including the batch that is taken.
    bytes: usize,
    points: usize,
    closed: bool,
}

impl State {
    /// Drops the oldest points until at least `bytes` are free, or a whole push. Returns their number; `None` if no
    /// points wait.
    fn drop_oldest(&mut self, bytes: usize) -> Option<usize> {
        let oldest = match self.returned.pop_front() {
            Some(combined) => {
                let (oldest, rest) = combined.split_off(bytes);
                if let Some(rest) = rest {
                    self.returned.push_front(rest);
                }
                oldest
            }
            None => self.waiting.pop_front()?,
        };
        self.remove(&oldest);
        Some(oldest.points())
    }

    /// Takes the oldest batch, with those that follow up to `max_bytes`.
    fn take(&mut self, max_bytes: usize) -> Option<Batch> {
        if let Some(returned) = self.returned.pop_front() {
            return Some(returned);
        }
        let mut batch = self.waiting.pop_front()?;
        while let Some(next) = self.waiting.front()
            && batch.bytes() + next.bytes() <= max_bytes
        {
            batch.append(next);
            self.waiting.pop_front();
        }
        Some(batch)
    }

    fn remove(&mut self, batch: &Batch) {
        self.bytes -= batch.bytes();
        self.points -= batch.points();
    }
}

impl Queue {
    pub(crate) fn new(limit_bytes: usize) -> Self {
        Self { limit_bytes, state: Mutex::default(), changed: Notify::new() }
    }

    /// Appends a batch, and drops the oldest waiting batches where needed to stay within the limit. If that does not
    /// suffice, drops the batch itself. Returns the number of dropped points.
    pub(crate) fn push(&self, batch: Batch) -> usize {
        let mut state = self.state.lock();
        let mut dropped = 0;
        while let excess = (state.bytes + batch.bytes()).saturating_sub(self.limit_bytes)
            && excess > 0
        {
            match state.drop_oldest(excess) {
                Some(points) => dropped += points,
                None => return dropped + batch.points(),
            }
        }
        state.bytes += batch.bytes();
        state.points += batch.points();
        state.waiting.push_back(batch);
        drop(state);
        self.changed.notify_one();
        dropped
    }

    /// Ends the queue: no more batches follow.
    pub(crate) fn close(&self) {
        self.state.lock().closed = true;
        self.changed.notify_one();
    }

    /// Takes the oldest batches as one of at most `max_bytes` and a quarter of the queue, but at least one, or waits for
    /// one. Returns `None` once the queue is closed and empty.
    pub(crate) async fn take(&self, max_bytes: usize) -> Option<Batch> {
        loop {
            {
                let mut state = self.state.lock();
                let oldest = state.take(max_bytes.min(self.limit_bytes / 4));
                if oldest.is_some() || state.closed {
                    return oldest;
                }
            }
            self.changed.notified().await;
        }
    }

    /// Returns the batch that was taken, whole or split, to the front of the queue.
    pub(crate) fn put_back(&self, batches: impl IntoIterator<Item = Batch, IntoIter: DoubleEndedIterator>) {
        let mut state = self.state.lock();
        for batch in batches.into_iter().rev() {
            state.returned.push_front(batch);
        }
    }

    /// Removes the batch that was taken: it is delivered or rejected.
    pub(crate) fn done(&self, batch: &Batch) {
        self.state.lock().remove(batch);
    }

    /// Number of points that wait or are taken.
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

    async fn take_number(queue: &Queue) -> Option<usize> {
        let batch = queue.take(0).await?;
        queue.done(&batch);
        Some(batch.lines().trim().parse().expect("a number"))
    }

    #[tokio::test]
    async fn drops_the_oldest_batches_first() {
        let queue = Queue::new(30);
        let dropped: Vec<_> = (0..5).map(|n| queue.push(batch(n))).collect();
        assert_eq!((dropped, queue.points()), (vec![0, 0, 0, 1, 1], 3));
        queue.close();
        for expected in [Some(2), Some(3), Some(4), None] {
            assert_eq!(take_number(&queue).await, expected);
        }
    }

    #[tokio::test]
    async fn does_not_drop_a_batch_that_is_taken() {
        let queue = Queue::new(20);
        queue.push(batch(0));
        let taken = queue.take(0).await.expect("one");
        assert_eq!((queue.push(batch(1)), queue.push(batch(2))), (0, 1), "1 is dropped for 2");
        queue.put_back([taken]);
        assert_eq!((take_number(&queue).await, take_number(&queue).await), (Some(0), Some(2)));
    }

    #[tokio::test]
    async fn takes_all_that_waits_in_order_up_to_the_maximum() {
        let queue = Queue::new(1000);
        (0..5).for_each(|number| assert_eq!(queue.push(batch(number)), 0));
        for expected in ["000000000\n000000001\n", "000000002\n000000003\n", "000000004\n"] {
            let taken = queue.take(29).await.expect("points wait");
            assert_eq!((taken.lines(), taken.points()), (expected, expected.lines().count()));
            queue.done(&taken);
        }
        assert_eq!((queue.points(), queue.state.lock().bytes), (0, 0));
    }

    #[tokio::test]
    async fn does_not_combine_what_was_put_back() {
        let queue = Queue::new(1000);
        (0..4).for_each(|number| assert_eq!(queue.push(batch(number)), 0));
        let queue_of_four = queue.take(1000).await.expect("points wait");
        let halves = queue_of_four.split().expect("four points");
        queue.put_back(halves.clone());
        queue.push(batch(4));
        for half in halves {
            assert_eq!(queue.take(1000).await, Some(half));
        }
        assert_eq!(queue.take(1000).await, Some(batch(4)));
    }

    #[tokio::test]
    async fn drops_no_more_of_a_combined_batch_than_needed() {
        let queue = Queue::new(100);
        (0..10).for_each(|number| assert_eq!(queue.push(batch(number)), 0));
        let taken = queue.take(20).await.expect("points wait");
        assert_eq!(taken.points(), 2);
        queue.put_back([taken]);
        assert_eq!(queue.push(batch(10)), 1);
        queue.close();
        for expected in 1..=10 {
            assert_eq!(take_number(&queue).await, Some(expected));
        }
    }

    #[test]
    fn drops_everything_for_a_batch_above_the_limit() {
        let queue = Queue::new(15);
        queue.push(batch(0));
        assert_eq!(queue.push(Batch::new("x".repeat(15) + "\n", 4)), 5);
        assert_eq!(queue.points(), 0);
    }

    proptest! {
        #[test]
        fn every_point_is_waiting_dropped_or_done(
            sizes in prop::collection::vec((1usize..40, 0u8..4), 1..60),
            max_bytes in 0usize..120,
        ) {
            let queue = Queue::new(100);
            let (mut pushed, mut dropped, mut done) = (0, 0, 0);
            for (size, action) in sizes {
                match action {
                    0 | 1 => {
                        pushed += size;
                        dropped += queue.push(Batch::new("\n".repeat(size), size));
                    }
                    _ if queue.points() == 0 => {}
                    action => {
                        let taken = ready(queue.take(max_bytes)).expect("points wait");
                        if action == 2 {
                            done += taken.points();
                            queue.done(&taken);
                        } else if let Ok(halves) = taken.clone().split() {
                            queue.put_back(halves);
                        } else {
                            queue.put_back([taken]);
                        }
                    }
                }
                prop_assert_eq!(queue.points(), pushed - dropped - done);
                prop_assert!(queue.state.lock().bytes <= 100);
            }
        }
    }

    /// The output of a future that does not wait.
    fn ready<T>(future: impl Future<Output = T>) -> T {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match std::pin::pin!(future).poll(&mut context) {
            std::task::Poll::Ready(output) => output,
            std::task::Poll::Pending => panic!("not ready"),
        }
    }
}
