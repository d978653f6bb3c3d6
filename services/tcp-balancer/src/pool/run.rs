//! Runs of a server's background tasks, so that results of earlier ones are ignored.

use parking_lot::Mutex;

/// The runs of one of a server's tasks, such as its health checks. A reload aborts a run and begins the next one. An aborted
/// task continues to its next await point, and what it would apply until then belongs to the previous configuration.
#[derive(Debug, Default)]
pub(crate) struct Runs(Mutex<u64>);

/// One run of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run(u64);

impl Runs {
    /// Begins a run. It ends the one before.
    pub(crate) fn begin(&self) -> Run {
        let mut current = self.0.lock();
        *current += 1;
        Run(*current)
    }

    /// Applies a result of `run`; `None` if the run has ended.
    pub(crate) fn apply<T>(&self, run: Run, apply: impl FnOnce() -> T) -> Option<T> {
        let current = self.0.lock();
        (*current == run.0).then(apply)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_an_ended_run_are_not_applied() {
        let runs = Runs::default();
        let first = runs.begin();
        assert_eq!(runs.apply(first, || "first"), Some("first"));
        let second = runs.begin();
        assert_eq!(runs.apply(first, || "late"), None);
        assert_eq!(runs.apply(second, || "second"), Some("second"));
    }
}
