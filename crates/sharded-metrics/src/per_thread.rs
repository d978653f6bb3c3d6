//! A shard for each thread that writes, which all threads may read.
//!
//! The crate `thread_local` does not fit: it aborts the process when a thread that is ending asks for its value from
//! the destructor of another thread-local value.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Number of threads that own a shard at the same time; all others use a shared one.
pub const OWNED_SHARDS: usize = 256;

/// A value for each of [`OWNED_SHARDS`] threads, created on the thread's first access, and one that all other threads
/// share. When a thread ends, the next new thread inherits its value and everything written to it.
#[derive(Debug)]
pub(crate) struct PerThread<T> {
    owned: Box<[OnceLock<T>]>,
    shared: OnceLock<T>,
}

/// The shard that the calling thread writes to.
#[derive(Debug)]
pub(crate) enum Shard<'a, T> {
    /// No other live thread writes to it.
    Owned(Owned<'a, T>),
    /// Other threads may write to it at the same time.
    Shared(&'a T),
}

/// A thread's own shard. It is neither `Send` nor `Sync`: a second thread that writes to it would lose counts.
#[derive(Debug)]
pub(crate) struct Owned<'a, T> {
    value: &'a T,
    not_send: NotSend,
}

/// Makes a type `!Send` and `!Sync`.
pub(crate) type NotSend = PhantomData<*const ()>;

impl<'a, T> Owned<'a, T> {
    /// The value. The caller must not write to it from another thread.
    #[inline]
    pub(crate) fn get(&self) -> &'a T {
        self.value
    }
}

impl<T> PerThread<T> {
    pub(crate) fn new() -> Self {
        Self { owned: (0..OWNED_SHARDS).map(|_| OnceLock::new()).collect(), shared: OnceLock::new() }
    }

    /// The calling thread's shard, created by `new` on first access. A thread that is ending gets the shared one.
    #[inline]
    pub(crate) fn shard(&self, new: impl FnOnce() -> T) -> Shard<'_, T> {
        match thread_index().and_then(|index| self.owned.get(index)) {
            Some(owned) => Shard::Owned(Owned { value: owned.get_or_init(new), not_send: PhantomData }),
            None => self.shared(new),
        }
    }

    #[cold]
    fn shared(&self, new: impl FnOnce() -> T) -> Shard<'_, T> {
        Shard::Shared(self.shared.get_or_init(new))
    }

    /// All shards, in no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.owned.iter().chain([&self.shared]).filter_map(OnceLock::get)
    }
}

const UNASSIGNED: usize = usize::MAX;
const ENDING: usize = usize::MAX - 1;

thread_local! {
    static INDEX: Cell<usize> = const { Cell::new(UNASSIGNED) };
    static RELEASE: ReleaseOnExit = const { ReleaseOnExit };
}

static POOL: Mutex<IndexPool> = Mutex::new(IndexPool { next: 0, free: BTreeSet::new() });

/// Hands out the lowest index that no live thread has.
struct IndexPool {
    next: usize,
    free: BTreeSet<usize>,
}

/// Returns the thread's index to the pool when the thread ends.
struct ReleaseOnExit;

impl Drop for ReleaseOnExit {
    fn drop(&mut self) {
        let index = INDEX.replace(ENDING);
        if index < ENDING {
            POOL.lock().unwrap_or_else(PoisonError::into_inner).free.insert(index);
        }
    }
}

/// The calling thread's index, which no other live thread has; `None` once the thread is ending.
///
/// The pool's mutex makes everything that the index's previous thread wrote visible to this one. It is locked on a
/// thread's first call only.
#[inline]
fn thread_index() -> Option<usize> {
    match INDEX.get() {
        UNASSIGNED => assign_index(),
        ENDING => None,
        index => Some(index),
    }
}

#[cold]
fn assign_index() -> Option<usize> {
    RELEASE.try_with(|_| ()).ok()?;
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let index = pool.free.pop_first().unwrap_or_else(|| {
        pool.next += 1;
        pool.next - 1
    });
    INDEX.set(index);
    Some(index)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Barrier};
    use std::thread;

    use super::*;

    type Counts = PerThread<AtomicU64>;

    /// Counts one, and returns whether the calling thread owns its shard.
    fn count(counts: &Counts) -> bool {
        let (count, is_owned) = match counts.shard(AtomicU64::default) {
            Shard::Owned(owned) => (owned.get(), true),
            Shard::Shared(shared) => (shared, false),
        };
        count.fetch_add(1, Ordering::Relaxed);
        is_owned
    }

    fn total(counts: &Counts) -> u64 {
        counts.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }

    /// Ambiguous, and so a compile error, if `T` is `Send`.
    trait AmbiguousIfSend<A> {
        fn check() {}
    }
    impl<T> AmbiguousIfSend<()> for T {}
    impl<T: Send> AmbiguousIfSend<u8> for T {}

    #[test]
    fn an_owned_shard_is_not_send() {
        <Owned<'_, AtomicU64> as AmbiguousIfSend<_>>::check();
        <Shard<'_, AtomicU64> as AmbiguousIfSend<_>>::check();
    }

    #[test]
    fn threads_beyond_the_limit_share_a_shard() {
        let counts = Counts::new();
        let barrier = Barrier::new(OWNED_SHARDS + 40);
        let owned: Vec<bool> = thread::scope(|scope| {
            let count_while_all_live = || {
                barrier.wait();
                let is_owned = count(&counts);
                barrier.wait();
                is_owned
            };
            let threads: Vec<_> = (0..OWNED_SHARDS + 40).map(|_| scope.spawn(count_while_all_live)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(owned.iter().filter(|is_owned| !**is_owned).count() >= 40);
        assert_eq!(total(&counts), OWNED_SHARDS as u64 + 40);
    }

    struct CountOnDrop(Arc<Counts>);

    impl Drop for CountOnDrop {
        fn drop(&mut self) {
            count(&self.0);
        }
    }

    thread_local! {
        static COUNT_ON_EXIT: RefCell<Option<CountOnDrop>> = const { RefCell::new(None) };
    }

    #[test]
    fn a_destructor_of_a_thread_local_can_count() {
        let counts = Arc::new(Counts::new());
        // Thread-local values are dropped in the order of their first use: this tests both orders.
        for count_first in [false, true] {
            let counts = Arc::clone(&counts);
            let thread = thread::spawn(move || {
                if count_first {
                    count(&counts);
                }
                COUNT_ON_EXIT.set(Some(CountOnDrop(Arc::clone(&counts))));
                count(&counts);
            });
            thread.join().unwrap();
        }
        assert_eq!(total(&counts), 5);
    }

    #[test]
    fn live_threads_have_different_indices() {
        let barrier = Barrier::new(8);
        let mut indices: Vec<usize> = thread::scope(|scope| {
            let assign = || {
                let index = thread_index().unwrap();
                assert_eq!(thread_index(), Some(index));
                barrier.wait();
                index
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(assign)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        indices.sort_unstable();
        indices.dedup();
        assert_eq!(indices.len(), 8);
    }

    #[test]
    fn the_index_of_an_ended_thread_is_reused() {
        let highest = (0..2000).filter_map(|_| thread::spawn(thread_index).join().unwrap()).max().unwrap();
        assert!(highest < 1000, "2000 consecutive threads used indices up to {highest}");
    }
}
