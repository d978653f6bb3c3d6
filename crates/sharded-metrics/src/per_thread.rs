//! A value for each thread that writes, such as counters, which other threads may read.
//!
//! Why not the crate `thread_local`: a value that is asked for while its thread ends, by what the thread's own locals
//! drop, would abort the process.

mod slot;

use std::sync::OnceLock;

/// Threads beyond this number share one value.
pub const OWNERS: usize = 256;

/// A value for each of the first [`OWNERS`] threads, made when its thread asks for it, and one for all others. A later
/// thread takes over the value of one that has ended, and sees all that was written to it.
#[derive(Debug)]
pub struct PerThread<T> {
    owned: Box<[OnceLock<T>]>,
    shared: OnceLock<T>,
}

/// The value that the calling thread writes to.
#[derive(Debug)]
pub enum Part<'a, T> {
    /// No other live thread has it.
    Own(&'a T),
    /// Other threads may write to it, too.
    Shared(&'a T),
}

impl<T> PerThread<T> {
    /// No value yet.
    #[must_use]
    pub fn new() -> Self {
        Self { owned: (0..OWNERS).map(|_| OnceLock::new()).collect(), shared: OnceLock::new() }
    }

    /// The calling thread's value. One that is ending shares.
    #[inline]
    pub fn part(&self, make: impl FnOnce() -> T) -> Part<'_, T> {
        match slot::current().and_then(|slot| self.owned.get(slot)) {
            Some(owned) => Part::Own(owned.get_or_init(make)),
            None => self.share(make),
        }
    }

    #[cold]
    fn share(&self, make: impl FnOnce() -> T) -> Part<'_, T> {
        Part::Shared(self.shared.get_or_init(make))
    }

    /// All values, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.owned.iter().chain([&self.shared]).filter_map(OnceLock::get)
    }
}

impl<T> Default for PerThread<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Barrier};
    use std::thread;

    use super::*;

    type Counts = PerThread<AtomicU64>;

    fn count(counts: &Counts) -> bool {
        let (part, own) = match counts.part(AtomicU64::default) {
            Part::Own(part) => (part, true),
            Part::Shared(part) => (part, false),
        };
        part.fetch_add(1, Ordering::Relaxed);
        own
    }

    #[test]
    fn threads_beyond_the_owners_share() {
        let counts = Counts::new();
        let barrier = Barrier::new(OWNERS + 40);
        let own: Vec<bool> = thread::scope(|scope| {
            let thread = || {
                barrier.wait();
                let own = count(&counts);
                barrier.wait();
                own
            };
            let threads: Vec<_> = (0..OWNERS + 40).map(|_| scope.spawn(thread)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(own.iter().filter(|own| !**own).count() >= 40);
        let sum: u64 = counts.iter().map(|count| count.load(Ordering::Relaxed)).sum();
        assert_eq!(sum, OWNERS as u64 + 40);
    }

    struct Last(Arc<Counts>);

    impl Drop for Last {
        fn drop(&mut self) {
            count(&self.0);
        }
    }

    thread_local! {
        static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
    }

    /// Whether the thread's own locals are dropped before its value is gone or after.
    #[test]
    fn a_thread_that_ends_may_still_write() {
        let counts = Arc::new(Counts::new());
        for before in [false, true] {
            let counts = Arc::clone(&counts);
            let thread = thread::spawn(move || {
                if before {
                    count(&counts);
                }
                LAST.with(|last| *last.borrow_mut() = Some(Last(Arc::clone(&counts))));
                count(&counts);
            });
            thread.join().unwrap();
        }
        assert_eq!(counts.iter().map(|count| count.load(Ordering::Relaxed)).sum::<u64>(), 5);
    }
}
