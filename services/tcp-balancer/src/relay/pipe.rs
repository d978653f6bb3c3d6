//! Large pipes for splicing. Each worker thread keeps a few idle ones for reuse.

use std::cell::RefCell;
use std::os::fd::OwnedFd;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};

/// Preferred capacity: Linux's default maximum for unprivileged processes (`fs.pipe-max-size`).
const PREFERRED_BYTES: usize = 1 << 20;
/// Minimum capacity for splicing to be faster than copying. Linux limits new pipes of users that have many
/// (`fs.pipe-user-pages-soft`).
const MIN_BYTES: usize = 64 << 10;
/// Maximum number of idle pipes per thread; further ones are closed.
const MAX_IDLE_PER_THREAD: usize = 16;
/// Number of open pipes in the process at which connections that have one get no extra pipe from the system: bytes that
/// slow sinks leave in pipes occupy kernel memory.
const MAX_OPEN_FOR_EXTRA: usize = 32;
/// Minimum time between attempts to open a pipe after one failed.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// A pipe.
#[derive(Debug)]
pub(super) struct Pipe {
    pub(super) read: OwnedFd,
    pub(super) write: OwnedFd,
    /// Capacity in bytes.
    pub(super) capacity: usize,
    /// Number of bytes that it contains.
    pub(super) len: usize,
}

/// Number of open pipes in the process.
static OPEN: AtomicUsize = AtomicUsize::new(0);

impl Drop for Pipe {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Relaxed);
    }
}

#[derive(Default)]
struct ThreadPipes {
    idle: Vec<Pipe>,
    /// Time of the last failure to open a pipe.
    failed_at: Option<Instant>,
}

thread_local! {
    static PIPES: RefCell<ThreadPipes> = RefCell::default();
}

/// Returns an empty pipe: an idle one or a new one. Returns `None` if the system provides none that is large enough.
pub(super) fn acquire() -> Option<Pipe> {
    PIPES.with_borrow_mut(|pipes| {
        if let Some(pipe) = pipes.idle.pop() {
            return Some(pipe);
        }
        if pipes.failed_at.is_some_and(|failed_at| failed_at.elapsed() < RETRY_INTERVAL) {
            return None;
        }
        let pipe = open();
        pipes.failed_at = pipe.is_none().then(Instant::now);
        pipe
    })
}

/// Returns an empty pipe for a connection that already has one. Opens a new one only while few are open.
pub(super) fn acquire_extra() -> Option<Pipe> {
    let idle = PIPES.with_borrow_mut(|pipes| pipes.idle.pop());
    if idle.is_some() || OPEN.load(Relaxed) >= MAX_OPEN_FOR_EXTRA { idle } else { acquire() }
}

/// Makes an empty pipe available to the thread's other connections.
pub(super) fn release(pipe: Pipe) {
    debug_assert_eq!(pipe.len, 0, "another connection would receive the bytes");
    PIPES.with_borrow_mut(|pipes| {
        if pipes.idle.len() < MAX_IDLE_PER_THREAD {
            pipes.idle.push(pipe);
        }
    });
}

fn open() -> Option<Pipe> {
    let (read, write) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).ok()?;
    let capacities = [PREFERRED_BYTES, MIN_BYTES];
    let capacity = capacities.into_iter().find_map(|bytes| fcntl_setpipe_size(&write, bytes).ok())?;
    OPEN.fetch_add(1, Relaxed);
    Some(Pipe { read, write, capacity, len: 0 })
}

/// Number of idle pipes of this thread.
#[cfg(test)]
pub(super) fn idle() -> usize {
    PIPES.with_borrow(|pipes| pipes.idle.len())
}
