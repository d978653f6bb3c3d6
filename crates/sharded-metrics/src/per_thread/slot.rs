//! A small number for each live thread, so that a thread may own its counters.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

const UNSET: usize = usize::MAX;
const ENDING: usize = usize::MAX - 1;

thread_local! {
    static SLOT: Cell<usize> = const { Cell::new(UNSET) };
    static RETURN: Return = const { Return };
}

static POOL: Mutex<Pool> = Mutex::new(Pool { next: 0, free: BTreeSet::new() });

struct Pool {
    next: usize,
    free: BTreeSet<usize>,
}

/// Gives the thread's number back when the thread ends.
struct Return;

impl Drop for Return {
    fn drop(&mut self) {
        let slot = SLOT.replace(ENDING);
        if slot < ENDING {
            POOL.lock().unwrap_or_else(PoisonError::into_inner).free.insert(slot);
        }
    }
}

/// This thread's number: no other live thread has it, and what its earlier holder wrote is visible.
/// `None` once the thread is ending.
///
/// Takes a lock the first time that a thread asks, never again.
#[inline]
pub(crate) fn current() -> Option<usize> {
    match SLOT.get() {
        UNSET => claim(),
        ENDING => None,
        slot => Some(slot),
    }
}

#[cold]
fn claim() -> Option<usize> {
    RETURN.try_with(|_| ()).ok()?;
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let slot = pool.free.pop_first().unwrap_or_else(|| {
        pool.next += 1;
        pool.next - 1
    });
    SLOT.set(slot);
    Some(slot)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use super::*;

    #[test]
    fn live_threads_never_share_a_number() {
        let barrier = Barrier::new(8);
        let mut slots: Vec<usize> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        let slot = current().unwrap();
                        assert_eq!(current(), Some(slot));
                        barrier.wait();
                        slot
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        slots.sort_unstable();
        slots.dedup();
        assert_eq!(slots.len(), 8);
    }

    #[test]
    fn a_number_is_used_again() {
        let highest = (0..2000).filter_map(|_| thread::spawn(current).join().unwrap()).max().unwrap();
        assert!(highest < 1000, "2000 threads, one after the other, took numbers up to {highest}");
    }
}
