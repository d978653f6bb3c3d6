//! Results in a row.

use crate::config::Healthcheck;

/// How many results of one kind came last, without one of the other between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Streak {
    passes: u32,
    fails: u32,
}

impl Streak {
    /// Takes a result, and says whether the back end is live after it.
    pub(crate) fn live_after(&mut self, passed: bool, live: bool, config: &Healthcheck) -> bool {
        if passed {
            *self = Self { passes: self.passes.saturating_add(1), fails: 0 };
            live || self.passes >= config.passes
        } else {
            *self = Self { passes: 0, fails: self.fails.saturating_add(1) };
            live && self.fails < config.fails
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn config(fails: u32, passes: u32) -> Healthcheck {
        let mut config = Healthcheck::default();
        (config.fails, config.passes) = (fails, passes);
        config
    }

    /// Whether it is live after each result; `x` is a failure.
    fn after_each(fails: u32, passes: u32, live: bool, results: &str) -> String {
        let (mut streak, config, mut live) = (Streak::default(), config(fails, passes), live);
        let mut after = |passed| {
            live = streak.live_after(passed, live, &config);
            if live { 'L' } else { '-' }
        };
        results.chars().map(|result| after(result != 'x')).collect()
    }

    #[test]
    fn only_failures_in_a_row_count() {
        assert_eq!(after_each(2, 1, true, "x.x.x.xx"), "LLLLLLL-");
    }

    #[test]
    fn only_passes_in_a_row_count() {
        assert_eq!(after_each(1, 3, false, "..x..x..."), "--------L");
    }

    proptest! {
        #[test]
        fn it_turns_when_the_last_results_are_all_against_it(
            fails in 1..5_u32, passes in 1..5_u32, first: bool, results: Vec<bool>,
        ) {
            let (mut streak, config, mut live) = (Streak::default(), config(fails, passes), first);
            for end in 1..=results.len() {
                let before = live;
                live = streak.live_after(results[end - 1], live, &config);
                let against = results[..end].iter().rev().take_while(|passed| **passed != before).count();
                let needed = if before { fails } else { passes } as usize;
                prop_assert_eq!(live != before, against >= needed);
            }
        }
    }
}
