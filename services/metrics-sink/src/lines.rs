//! Lines for a reader that may not read: a thread of their own writes them, so that nobody else waits.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// Takes lines, and drops those that find the queue full.
#[derive(Debug, Clone)]
pub struct Lines(SyncSender<Item>);

/// A line was dropped: the reader is too slow, or gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped;

#[derive(Debug)]
enum Item {
    Line(Vec<u8>),
    /// All lines before it are written.
    Mark(Sender<()>),
}

const QUEUE: usize = 1024;

impl Lines {
    /// Starts the thread, which ends when `out` does.
    pub fn start(out: impl Write + Send + 'static) -> Self {
        let (sender, queue) = sync_channel(QUEUE);
        thread::spawn(move || write(&queue, out));
        Self(sender)
    }

    /// Queues a line, which ends with its newline.
    ///
    /// # Errors
    ///
    /// If it is dropped.
    pub fn push(&self, line: Vec<u8>) -> Result<(), Dropped> {
        self.0.try_send(Item::Line(line)).map_err(|_| Dropped)
    }

    /// Waits until the lines so far are written, but no longer than `most`.
    pub fn finish(&self, most: Duration) {
        let end = Instant::now() + most;
        let (mark, reached) = channel();
        let mut item = Item::Mark(mark);
        while let Err(std::sync::mpsc::TrySendError::Full(back)) = self.0.try_send(item) {
            if Instant::now() >= end {
                return;
            }
            item = back;
            thread::sleep(Duration::from_millis(5));
        }
        let _ = reached.recv_timeout(end.saturating_duration_since(Instant::now()));
    }
}

/// For logs, whose lines come in one piece each.
impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // Nobody is left to be told of a line that is dropped.
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
                    tracing::warn!(%error, "the output has ended");
                    return;
                }
            }
            Item::Mark(mark) => drop(mark.send(())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes nothing until its sender is dropped.
    struct Stuck(Receiver<()>, Sender<Vec<u8>>);

    impl Write for Stuck {
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
    fn a_reader_that_does_not_read_loses_lines_and_holds_up_nobody() {
        let (stuck, until) = channel();
        let (written, lines_written) = channel();
        let lines = Lines::start(Stuck(until, written));
        let taken = (0..3 * QUEUE).filter(|_| lines.push(b"line\n".to_vec()).is_ok()).count();
        assert!((QUEUE..=QUEUE + 1).contains(&taken), "{taken}");
        lines.finish(Duration::from_millis(20));
        assert_eq!(lines_written.try_iter().count(), 0);
        drop(stuck);
        lines.finish(Duration::from_secs(20));
        assert_eq!(lines_written.try_iter().count(), taken);
    }
}
