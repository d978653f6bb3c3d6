//! Large pipes, kept by the worker thread that used them last.

use std::cell::RefCell;
use std::os::fd::OwnedFd;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};

/// What one holds, in bytes: the most that Linux gives to a process without privileges, unless told otherwise.
const SIZE: usize = 1 << 20;
/// A smaller one, which a user with many pipes may be given, does not pay.
const SMALLEST: usize = 64 << 10;
/// A thread keeps so many: each connection gives a pipe back when the pipe is empty.
const MOST: usize = 16;
/// Beyond one for each connection that needs it there are so many in all: what slow sinks leave in them is memory.
const SPARE: usize = 32;
/// Where there are no pipes to be had, they are asked for no more often than this.
const PAUSE: Duration = Duration::from_secs(1);

/// A pipe, and how many bytes are in it.
#[derive(Debug)]
pub(super) struct Pipe {
    pub(super) read: OwnedFd,
    pub(super) write: OwnedFd,
    pub(super) size: usize,
    pub(super) held: usize,
}

/// All that there are.
static OPEN: AtomicUsize = AtomicUsize::new(0);

impl Drop for Pipe {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Relaxed);
    }
}

#[derive(Default)]
struct Pipes {
    idle: Vec<Pipe>,
    refused: Option<Instant>,
}

thread_local! {
    static PIPES: RefCell<Pipes> = RefCell::default();
}

/// An empty pipe; none where the system gives none that pays.
pub(super) fn take() -> Option<Pipe> {
    PIPES.with_borrow_mut(|pipes| {
        if let Some(pipe) = pipes.idle.pop() {
            return Some(pipe);
        }
        if pipes.refused.is_some_and(|refused| refused.elapsed() < PAUSE) {
            return None;
        }
        let pipe = open();
        pipes.refused = pipe.is_none().then(Instant::now);
        pipe
    })
}

/// An empty pipe for a connection that has one already; none where others may need it more.
pub(super) fn take_another() -> Option<Pipe> {
    let idle = PIPES.with_borrow_mut(|pipes| pipes.idle.pop());
    if idle.is_some() || OPEN.load(Relaxed) >= SPARE { idle } else { take() }
}

/// Takes back an empty pipe.
pub(super) fn give_back(pipe: Pipe) {
    debug_assert_eq!(pipe.held, 0, "another connection would get its bytes");
    PIPES.with_borrow_mut(|pipes| {
        if pipes.idle.len() < MOST {
            pipes.idle.push(pipe);
        }
    });
}

fn open() -> Option<Pipe> {
    let (read, write) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).ok()?;
    let size = [SIZE, SMALLEST].into_iter().find_map(|size| fcntl_setpipe_size(&write, size).ok());
    let size = size?;
    OPEN.fetch_add(1, Relaxed);
    Some(Pipe { read, write, size, held: 0 })
}

/// How many this thread keeps.
#[cfg(test)]
pub(super) fn idle() -> usize {
    PIPES.with_borrow(|pipes| pipes.idle.len())
}
