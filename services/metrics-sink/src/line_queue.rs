//! Writes lines in a thread of its own, so that a slow reader of stdout blocks nothing else.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use thiserror::Error;

/// A queue of 1024 lines. Lines that do not fit are dropped.
#[derive(Debug, Clone)]
pub struct LineQueue(SyncSender<Item>);

/// A line was dropped: the queue is full, or the output has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the line was dropped: the queue is full, or the output has failed")]
pub struct LineDropped;

#[derive(Debug)]
enum Item {
    Line(Vec<u8>),
    /// Reports that all lines before it have been written.
    Flush(Sender<()>),
}

const CAPACITY: usize = 1024;

impl LineQueue {
    /// Starts the thread. It ends when a write to `out` fails or the last queue is dropped.
    pub fn start(out: impl Write + Send + 'static) -> Self {
        let (sender, queue) = sync_channel(CAPACITY);
        thread::spawn(move || write(&queue, out));
        Self(sender)
    }

    /// Queues a line, including its newline. Never blocks.
    ///
    /// # Errors
    ///
    /// If the line is dropped.
    pub fn push(&self, line: Vec<u8>) -> Result<(), LineDropped> {
        self.0.try_send(Item::Line(line)).map_err(|_| LineDropped)
    }

    /// Blocks until the lines so far are written, or `timeout` has passed.
    pub fn finish(&self, timeout: Duration) {
        let end = Instant::now() + timeout;
        let (flushed, receiver) = channel();
        let mut item = Item::Flush(flushed);
        while let Err(TrySendError::Full(returned)) = self.0.try_send(item) {
            if Instant::now() >= end {
                return;
            }
            item = returned;
            thread::sleep(Duration::from_millis(5));
        }
        let _ = receiver.recv_timeout(end.saturating_duration_since(Instant::now()));
    }
}

/// For `tracing_subscriber`, which writes each log line in one call.
impl Write for LineQueue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // A dropped log line cannot be logged.
        let _ = self.push(line.to_vec());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(queue: &Receiver<Item>, mut out: impl Write) {
    while let Ok(item) = queue.recv() {
        match item {
            Item::Line(line) => {
                if let Err(error) = out.write_all(&line).and_then(|()| out.flush()) {
                    tracing::warn!(%error, "writing to the output failed; no further lines are written");
                    return;
                }
            }
            Item::Flush(flushed) => drop(flushed.send(())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks until the sender of the first channel is dropped; reports writes on the second.
    struct Blocked(Receiver<()>, Sender<Vec<u8>>);

    impl Write for Blocked {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            let _ = self.1.send(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn drops_lines_instead_of_blocking_when_the_reader_stalls() {
        let (block, unblocked) = channel();
        let (written, lines_written) = channel();
        let queue = LineQueue::start(Blocked(unblocked, written));
        let queued = (0..3 * CAPACITY).filter(|_| queue.push(b"line\n".to_vec()).is_ok()).count();
        assert!((CAPACITY..=CAPACITY + 1).contains(&queued), "{queued}");
        queue.finish(Duration::from_millis(20));
        assert_eq!(lines_written.try_iter().count(), 0);
        drop(block);
        queue.finish(Duration::from_secs(20));
        assert_eq!(lines_written.try_iter().count(), queued);
    }
}
