//! Measures time and allocations of all subjects in turns.

use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use crate::subjects::{Services, Subject};

pub(crate) const TURNS: usize = 301;
/// Calls per turn. They take about a millisecond, so that few turns are interrupted even on a busy machine.
const CALLS: u32 = 2_000;

pub(crate) struct Measured {
    pub(crate) name: &'static str,
    /// Time per call with one thread and with two.
    pub(crate) nanos: [f64; 2],
    /// Allocations per call.
    pub(crate) allocations: f64,
}

pub(crate) fn in_turns(subjects: &[Subject]) -> Vec<Measured> {
    let services = Services::new();
    let mut times = vec![[Vec::new(), Vec::new()]; subjects.len()];
    for turn in 0..=TURNS {
        for (subject, times) in subjects.iter().zip(&mut times) {
            for (threads, times) in (1..).zip(times) {
                let nanos = time(subject, &services, threads);
                // The first turn warms up.
                if turn > 0 {
                    times.push(nanos);
                }
            }
        }
    }
    let measured = subjects.iter().zip(times).map(|(subject, times)| Measured {
        name: subject.name,
        nanos: times.map(median),
        allocations: allocations(subject, &services),
    });
    measured.collect()
}

/// Nanoseconds per call while `threads` threads make calls.
fn time(subject: &Subject, services: &Services, threads: usize) -> f64 {
    let barrier = Barrier::new(threads);
    let run = || {
        let mut call = (subject.caller)(services);
        call();
        barrier.wait();
        let begin = Instant::now();
        for _ in 0..CALLS {
            call();
        }
        begin.elapsed().as_nanos() as f64 / f64::from(CALLS)
    };
    thread::scope(|scope| {
        let callers: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        let sum: f64 = callers.into_iter().map(|caller| caller.join().expect("no panic")).sum();
        sum / threads as f64
    })
}

/// Allocations per call, after a first call that may initialize state.
fn allocations(subject: &Subject, services: &Services) -> f64 {
    let mut call = (subject.caller)(services);
    call();
    let counted = allocation_counter::measure(|| (0..CALLS).for_each(|_| call()));
    counted.count_total as f64 / f64::from(CALLS)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
