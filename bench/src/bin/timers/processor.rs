//! Pins each thread to a processor of its own, so that two threads run in parallel even on a busy machine.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Pins the calling thread to the `nth` of the processors that it may use. Has no effect where pinning is not allowed.
pub(crate) fn pin(nth: usize) {
    let Ok(allowed) = sched_getaffinity(None) else { return };
    let processors: Vec<_> = (0..CpuSet::MAX_CPU).filter(|cpu| allowed.is_set(*cpu)).collect();
    let mut one = CpuSet::new();
    one.set(processors[nth % processors.len()]);
    let _ = sched_setaffinity(None, &one);
}
