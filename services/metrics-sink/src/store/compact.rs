//! Forgetting series for good: what is kept is copied to a new place, so that a page in the making reads on in the old.

use std::sync::Arc;

use super::contents::Contents;
use super::series::Mark;

impl Contents {
    /// Whether a series is hidden, or was last written before `second` of the sink's clock.
    pub(crate) fn has_old(&self, second: u32) -> bool {
        self.families.iter().any(|family| family.any(|mark| !is_kept(mark, second)))
    }

    /// A copy without these.
    pub(crate) fn without_old(&self, second: u32) -> Contents {
        let mut kept = Contents::new(Arc::clone(&self.rules));
        for family in &self.families {
            family.copy_each(
                |mark| is_kept(mark, second),
                |sample, text| kept.copy_in(&family.name, family.kind, sample, text),
            );
        }
        kept
    }
}

fn is_kept(mark: &Mark, second: u32) -> bool {
    mark.is_shown() && mark.second >= second
}
