//! Batches of points that wait to be sent, oldest first, up to a limit of bytes.

use std::collections::VecDeque;

use parking_lot::Mutex;
use tokio::sync::Notify;

/// Points in line protocol, one a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    lines: String,
    points: usize,
}

impl Batch {
    /// `points` is the number of lines.
    pub(crate) fn new(lines: String, points: usize) -> Self {
        Self { lines, points }
    }

    pub(crate) fn lines(&self) -> &str {
        &self.lines
    }

    pub(crate) fn points(&self) -> usize {
        self.points
    }

    pub(crate) fn bytes(&self) -> usize {
        self.lines.len()
    }

    /// Splits the batch into halves.
    ///
    /// # Errors
    ///
    /// Returns the batch if it is a single point.
    pub(crate) fn split(self) -> Result<[Self; 2], Self> {
        if self.points < 2 {
            return Err(self);
        }
        let half = self.points / 2;
        let middle = self.lines.match_indices('\n').nth(half - 1).map_or(self.lines.len(), |(at, _)| at + 1);
        let (first, second) = self.lines.split_at(middle);
        Ok([Self::new(first.to_owned(), half), Self::new(second.to_owned(), self.points - half)])
    }
}

/// A queue between one producer, which pushes batches, and one consumer, which takes the oldest and then calls
/// [`put_back`](Self::put_back) or [`done`](Self::done).
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
    waiting: VecDeque<Batch>,
    /// Including the batch that is taken.
    bytes: usize,
    points: usize,
    closed: bool,
}

impl State {
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
        while state.bytes + batch.bytes() > self.limit_bytes {
            let Some(oldest) = state.waiting.pop_front() else { return dropped + batch.points() };
            state.remove(&oldest);
            dropped += oldest.points();
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

    /// Takes the oldest batch, or waits for one. Returns `None` once the queue is closed and empty.
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

    /// Returns the batch that was taken, whole or split, to the front of the queue.
    pub(crate) fn put_back<const N: usize>(&self, batches: [Batch; N]) {
        let mut state = self.state.lock();
        for batch in batches.into_iter().rev() {
            state.waiting.push_front(batch);
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
        let batch = queue.take().await?;
        queue.done(&batch);
        Some(batch.lines().trim().parse().expect("a number"))
    }

    #[test]
    fn splits_a_batch_into_halves() {
        let batch = Batch::new("a\nbb\nccc\n".to_owned(), 3);
        let [first, second] = batch.split().expect("three points");
        assert_eq!((first.lines(), first.points()), ("a\n", 1));
        assert_eq!((second.lines(), second.points()), ("bb\nccc\n", 2));
        assert_eq!(first.clone().split(), Err(first));
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
        let taken = queue.take().await.expect("one");
        assert_eq!((queue.push(batch(1)), queue.push(batch(2))), (0, 1), "1 is dropped for 2");
        queue.put_back([taken]);
        assert_eq!((take_number(&queue).await, take_number(&queue).await), (Some(0), Some(2)));
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
        fn every_point_is_waiting_dropped_or_done(sizes in prop::collection::vec((1usize..40, 0u8..4), 1..60)) {
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
                        let taken = ready(queue.take()).expect("points wait");
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
