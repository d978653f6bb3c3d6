//! Writes lines in a thread of its own, so that a reader that stalls or a full disk blocks nothing else.
//!
//! Lines are written in the order of [`LineQueue::push`]. Lines that exceed the queue, and lines that cannot be written,
//! are dropped and counted.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use prometheus::{IntCounter, Registry};
use thiserror::Error;

/// Maximum memory of the lines that wait: some 10,000 log lines.
const MAX_QUEUED_BYTES: usize = 4 * 1024 * 1024;
/// Lines that wait are written together up to this size.
const MAX_WRITE_BYTES: usize = 64 * 1024;
/// Interval between attempts to write to a full pipe that somebody has made non-blocking.
const RETRY_INTERVAL: Duration = Duration::from_millis(5);

/// A bounded queue of lines. Clones share it.
#[derive(Debug, Clone)]
pub struct LineQueue {
    items: Sender<Item>,
    counts: Counts,
}

/// A line was dropped because the queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the line was dropped: the queue is full")]
pub struct LineDropped;

#[derive(Debug)]
enum Item {
    Line(Vec<u8>),
    /// Reports that all lines before it have been written.
    Flush(Sender<()>),
}

#[derive(Debug, Clone)]
struct Counts {
    queued_bytes: Arc<AtomicUsize>,
    dropped: IntCounter,
}

// === impl LineQueue ===

impl LineQueue {
    /// Starts the thread, which ends when the last clone of the queue is dropped.
    pub fn start(out: impl Write + Send + 'static) -> Self {
        let dropped = IntCounter::new(
            "log_lines_dropped_total",
            "Lines for stdout that were dropped: its reader is too slow, or writing failed.",
        );
        let dropped = dropped.expect("the name and the help text are valid");
        let counts = Counts { queued_bytes: Arc::default(), dropped };
        let (items, queue) = channel();
        let writer = Writer { out, counts: counts.clone() };
        thread::Builder::new()
            .name("lines".to_owned())
            .spawn(move || writer.run(&queue))
            .expect("a process that starts can start a thread");
        Self { items, counts }
    }

    /// The process's queue for stdout, which the log and every other output on stdout share, so that lines stay whole.
    pub fn stdout() -> Self {
        static STDOUT: OnceLock<LineQueue> = OnceLock::new();
        // Not `io::stdout()`: it buffers, and after an error does not report how much it has written.
        let start = || match io::stdout().as_fd().try_clone_to_owned() {
            Ok(fd) => Self::start(File::from(fd)),
            Err(_) => Self::start(io::stdout()),
        };
        STDOUT.get_or_init(start).clone()
    }

    /// Registers `log_lines_dropped_total`, the number of lines that this queue dropped.
    ///
    /// # Errors
    ///
    /// If the registry already has a metric of this name.
    pub fn register_metrics(&self, registry: &Registry) -> prometheus::Result<()> {
        registry.register(Box::new(self.counts.dropped.clone()))
    }

    /// Number of dropped lines.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.counts.dropped.get()
    }

    /// Queues a line, including its newline. Never blocks.
    ///
    /// # Errors
    ///
    /// If the line is dropped.
    pub fn push(&self, line: Vec<u8>) -> Result<(), LineDropped> {
        let bytes = line.capacity();
        let queued = self.counts.queued_bytes.fetch_add(bytes, Ordering::Relaxed);
        if queued + bytes <= MAX_QUEUED_BYTES && self.items.send(Item::Line(line)).is_ok() {
            return Ok(());
        }
        self.counts.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.counts.dropped.inc();
        Err(LineDropped)
    }

    /// Blocks until the lines so far are written, or `timeout` has passed. Returns whether they are.
    pub fn finish(&self, timeout: Duration) -> bool {
        let (flushed, receiver) = channel();
        self.items.send(Item::Flush(flushed)).is_ok() && receiver.recv_timeout(timeout).is_ok()
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

/// The thread's side of the queue.
struct Writer<W> {
    out: W,
    counts: Counts,
}

// === impl Writer ===

impl<W: Write> Writer<W> {
    fn run(mut self, queue: &Receiver<Item>) {
        let mut buffer = Vec::new();
        while let Ok(item) = queue.recv() {
            let mut lines = 0;
            let mut flush = None;
            let mut next = Some(item);
            while let Some(item) = next {
                match item {
                    Item::Line(line) => {
                        self.counts.queued_bytes.fetch_sub(line.capacity(), Ordering::Relaxed);
                        buffer.extend_from_slice(&line);
                        lines += 1;
                    }
                    Item::Flush(sender) => flush = Some(sender),
                }
                let ends = flush.is_some() || buffer.len() >= MAX_WRITE_BYTES;
                next = if ends { None } else { queue.try_recv().ok() };
            }
            // A later write may succeed, once there is space on the disk.
            if self.write(&buffer).is_err() {
                self.counts.dropped.inc_by(lines);
            }
            buffer.clear();
            if let Some(flush) = flush {
                let _ = flush.send(());
            }
        }
    }

    /// `Write::write_all` for an output that may be non-blocking.
    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.out.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(RETRY_INTERVAL),
                Err(error) => return Err(error),
            }
        }
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(20);

    /// Answers each write with the result that the test sends, and reports the bytes it took.
    struct Scripted {
        results: Receiver<io::Result<usize>>,
        written: Sender<Vec<u8>>,
    }

    impl Write for Scripted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // Without a script, everything is written.
            let count = self.results.recv().unwrap_or(Ok(usize::MAX))?.min(bytes.len());
            self.written.send(bytes[..count].to_vec()).expect("the test reads");
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn scripted() -> (LineQueue, Sender<io::Result<usize>>, Receiver<Vec<u8>>) {
        let (script, results) = channel();
        let (written, lines) = channel();
        (LineQueue::start(Scripted { results, written }), script, lines)
    }

    fn text(written: &Receiver<Vec<u8>>) -> String {
        String::from_utf8(written.try_iter().flatten().collect()).expect("UTF-8")
    }

    #[test]
    fn lines_beyond_the_queue_are_dropped_and_counted_while_the_reader_stalls() {
        let (queue, script, written) = scripted();
        let line = "x".repeat(1023) + "\n";
        let pushed = 3 * MAX_QUEUED_BYTES / line.len();
        let queued = (0..pushed).filter(|_| queue.push(line.clone().into()).is_ok()).count();
        assert!(queued * line.len() >= MAX_QUEUED_BYTES, "{queued}");
        assert_eq!(queue.dropped(), (pushed - queued) as u64);
        assert!(!queue.finish(Duration::from_millis(20)));
        assert_eq!(text(&written), "");
        drop(script);
        assert!(queue.finish(TIMEOUT));
        assert_eq!(text(&written), line.repeat(queued));
        queue.push(line.clone().into()).expect("the queue is empty again");
        assert!(queue.finish(TIMEOUT));
        assert_eq!(text(&written), line);
    }

    #[test]
    fn a_line_is_whole_after_partial_and_blocked_writes() {
        let (queue, script, written) = scripted();
        let blocked = |kind: ErrorKind| Err(kind.into());
        for result in [Ok(2), blocked(ErrorKind::WouldBlock), blocked(ErrorKind::Interrupted)] {
            script.send(result).expect("the writer runs");
        }
        drop(script);
        queue.push(b"first\n".to_vec()).expect("queued");
        queue.push(b"second\n".to_vec()).expect("queued");
        assert!(queue.finish(TIMEOUT));
        assert_eq!(text(&written), "first\nsecond\n");
        assert_eq!(queue.dropped(), 0);
    }

    #[test]
    fn lines_that_cannot_be_written_are_counted_and_later_ones_are_written() {
        let (queue, script, written) = scripted();
        script.send(Err(ErrorKind::StorageFull.into())).expect("the writer runs");
        queue.push(b"lost\n".to_vec()).expect("queued");
        assert!(queue.finish(TIMEOUT));
        assert_eq!(queue.dropped(), 1);
        drop(script);
        queue.push(b"written\n".to_vec()).expect("queued");
        assert!(queue.finish(TIMEOUT));
        assert_eq!(text(&written), "written\n");
    }
}
