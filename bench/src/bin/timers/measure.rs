//! Measures time and allocations of all subjects in turns, and the error of their p999.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use crate::processor;
use crate::subject::Subject;
use crate::values;

pub(crate) const TURNS: usize = 101;
pub(crate) const TRIALS: usize = 21;
/// Records per turn. A fast subject takes about a millisecond.
const RECORDS: usize = 100_000;

/// The costs of one record.
pub(crate) struct Costs {
    /// Time with one thread and with two.
    pub(crate) nanos: [f64; 2],
    pub(crate) allocations: f64,
}

pub(crate) fn in_turns(subjects: &[Subject]) -> Vec<Costs> {
    let durations = values::durations(RECORDS, 0);
    let mut times: Vec<_> = subjects.iter().map(|_| [Vec::new(), Vec::new()]).collect();
    for turn in 0..=TURNS {
        for (subject, times) in subjects.iter().zip(&mut times) {
            for (threads, times) in (1..).zip(times) {
                let nanos = time(subject, &durations, threads);
                // The first turn warms up.
                if turn > 0 {
                    times.push(nanos);
                }
            }
        }
    }
    let costs = subjects.iter().zip(times).map(|(subject, times)| {
        subject.record(&durations);
        let counted = allocation_counter::measure(|| subject.record(&durations));
        Costs { nanos: times.map(median), allocations: counted.count_total as f64 / RECORDS as f64 }
    });
    costs.collect()
}

/// Nanoseconds per record while `threads` threads record.
fn time(subject: &Subject, durations: &[u64], threads: usize) -> f64 {
    let missing = AtomicUsize::new(threads);
    let run = |thread| {
        processor::pin(thread);
        // A thread's first record may allocate its shard.
        subject.record(&durations[..1]);
        // Spins instead of using a barrier: a thread wakes from a barrier only after the other has already started.
        missing.fetch_sub(1, Ordering::AcqRel);
        while missing.load(Ordering::Acquire) > 0 {
            spin_loop();
        }
        let begin = Instant::now();
        subject.record(durations);
        begin.elapsed().as_nanos() as f64 / durations.len() as f64
    };
    thread::scope(|scope| {
        let recorders: Vec<_> = (0..threads).map(|thread| scope.spawn(move || run(thread))).collect();
        let sum: f64 = recorders.into_iter().map(|recorder| recorder.join().expect("no panic")).sum();
        sum / threads as f64
    })
}

/// The relative error of each subject's p999: the median and the maximum of the trials.
pub(crate) fn errors() -> Vec<[f64; 2]> {
    let mut errors: Vec<Vec<f64>> = Subject::all().iter().map(|_| Vec::new()).collect();
    for trial in 0..TRIALS {
        let mut durations = values::durations(values::OF_A_TRIAL, trial as u64);
        for (subject, errors) in Subject::all().iter().zip(&mut errors) {
            subject.record(&durations);
            errors.push(subject.p999());
        }
        let exact = values::quantile(&mut durations, 0.999) as f64;
        for errors in &mut errors {
            let estimate = errors.last_mut().expect("this trial's");
            *estimate = (*estimate - exact).abs() / exact;
        }
    }
    errors
        .into_iter()
        .map(|errors| [median(errors.clone()), errors.into_iter().fold(0.0, f64::max)])
        .collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
