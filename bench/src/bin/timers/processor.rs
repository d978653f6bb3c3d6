//! A processor for each thread, so that two threads run at once even where other programs run, too.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Keeps the calling thread on the `nth` of the processors that it may use. Where that is not allowed, it runs
/// wherever it is put.
pub(crate) fn keep(nth: usize) {
    let Ok(allowed) = sched_getaffinity(None) else { return };
    let processors: Vec<_> = (0..CpuSet::MAX_CPU).filter(|cpu| allowed.is_set(*cpu)).collect();
    let mut one = CpuSet::new();
    one.set(processors[nth % processors.len()]);
    let _ = sched_setaffinity(None, &one);
}
