//! Which health checks change a backend's status.

use crate::config::Healthcheck;

/// Number of consecutive health checks with the same result, ending with the last one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Streak {
    passes: u32,
    fails: u32,
}

impl Streak {
    /// Adds a result. Returns whether a backend that `is_live` stays or becomes live.
    pub(super) fn extend(&mut self, has_passed: bool, is_live: bool, config: &Healthcheck) -> bool {
        if has_passed {
            *self = Self { passes: self.passes.saturating_add(1), fails: 0 };
            is_live || self.passes >= config.passes
        } else {
            *self = Self { passes: 0, fails: self.fails.saturating_add(1) };
            is_live && self.fails < config.fails
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn thresholds(fails: u32, passes: u32) -> Healthcheck {
        let mut config = Healthcheck::default();
        (config.fails, config.passes) = (fails, passes);
        config
    }

    /// Status after each result: `L` is live, `-` is not. In `results`, `x` is a failure and `.` is a pass.
    fn statuses(config: &Healthcheck, mut is_live: bool, results: &str) -> String {
        let mut streak = Streak::default();
        let mut status_after = |has_passed| {
            is_live = streak.extend(has_passed, is_live, config);
            if is_live { 'L' } else { '-' }
        };
        results.chars().map(|result| status_after(result != 'x')).collect()
    }

    #[test]
    fn only_consecutive_failures_make_it_unhealthy() {
        assert_eq!(statuses(&thresholds(2, 1), true, "x.x.x.xx"), "LLLLLLL-");
    }

    #[test]
    fn only_consecutive_passes_make_it_healthy() {
        assert_eq!(statuses(&thresholds(1, 3), false, "..x..x..."), "--------L");
    }

    proptest! {
        #[test]
        fn status_changes_after_the_threshold_of_consecutive_contrary_results(
            fails in 1..5_u32, passes in 1..5_u32, initial: bool, results: Vec<bool>,
        ) {
            let (mut streak, config, mut is_live) = (Streak::default(), thresholds(fails, passes), initial);
            for end in 1..=results.len() {
                let before = is_live;
                is_live = streak.extend(results[end - 1], before, &config);
                let contrary = results[..end].iter().rev().take_while(|passed| **passed != before).count();
                let threshold = if before { fails } else { passes } as usize;
                prop_assert_eq!(is_live != before, contrary >= threshold);
            }
        }
    }
}
