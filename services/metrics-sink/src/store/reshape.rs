//! Histograms and summaries whose buckets or quantiles change, and the bounds that histograms share.

use std::sync::Arc;

use super::bounds::Bounds;
use super::budget::{Budget, Cost};
use super::family::SeriesList;
use super::histogram::Histogram;
use super::node_series::{NodeSeries, check_rendered_size};
use super::series::Series;
use super::slot_index::Slot;
use super::summary::Summary;
use crate::refusal::Reason;
use crate::wire::Distribution;

/// Charges the budget and the node with `after` in place of `before`. Both are unchanged if the budget is exhausted.
fn replace_cost(budget: &Budget, node: &mut Cost, before: Cost, after: Cost) -> Result<(), Reason> {
    budget.reserve(after)?;
    budget.release(before);
    *node += after;
    *node -= before;
    Ok(())
}

impl NodeSeries {
    /// Replaces a histogram by an empty one with the bounds of `sent`.
    ///
    /// # Errors
    ///
    /// If the bounds cannot be stored. The histogram is unchanged then.
    pub(crate) fn replace_bounds(&mut self, slot: Slot, sent: Distribution<'_>) -> Result<(), Reason> {
        let bounds = self.shared_bounds(sent)?;
        let family = &mut self.families[slot.family as usize];
        let meta = *family.meta_mut(slot.series);
        let new = Histogram::new(meta, bounds);
        check_rendered_size(new.line_count(), &family.name, family.labels(&meta))?;
        let SeriesList::Histograms(histograms) = &mut family.series else {
            return Err(Reason::Type);
        };
        let stored = &mut histograms[slot.series as usize];
        replace_cost(&self.context.budget, &mut self.cost, stored.cost(0), new.cost(0))?;
        *stored = new;
        Ok(())
    }

    /// Replaces a summary by one with as many quantiles as `sent`.
    ///
    /// # Errors
    ///
    /// If there is no room for the quantiles. The summary is unchanged then.
    pub(crate) fn replace_quantiles(&mut self, slot: Slot, sent: Distribution<'_>) -> Result<(), Reason> {
        let count = Summary::count_quantiles(sent, self.context.budget.max_series())?;
        let family = &mut self.families[slot.family as usize];
        let meta = *family.meta_mut(slot.series);
        check_rendered_size(count + 2, &family.name, family.labels(&meta))?;
        let SeriesList::Summaries(summaries) = &mut family.series else {
            return Err(Reason::Type);
        };
        let stored = &mut summaries[slot.series as usize];
        let new = stored.with_quantiles(count);
        replace_cost(&self.context.budget, &mut self.cost, stored.cost(0), new.cost(0))?;
        *stored = new;
        Ok(())
    }

    pub(super) fn shared_bounds(&mut self, sent: Distribution<'_>) -> Result<Arc<Bounds>, Reason> {
        if let Some(bounds) = self.bounds.find(sent) {
            return Ok(Arc::clone(bounds));
        }
        let bounds = Arc::new(Bounds::read(sent, self.context.budget.max_series())?);
        self.reserve(bounds.cost())?;
        self.bounds.insert(Arc::clone(&bounds));
        Ok(bounds)
    }

    /// Bounds for a saved histogram.
    pub(super) fn saved_bounds(&mut self, upper: &[f64]) -> Result<Arc<Bounds>, Reason> {
        if let Some(bounds) = self.bounds.find_saved(upper) {
            return Ok(Arc::clone(bounds));
        }
        let bounds = Arc::new(Bounds::of_saved(upper, self.context.budget.max_series())?);
        self.reserve(bounds.cost())?;
        self.bounds.insert(Arc::clone(&bounds));
        Ok(bounds)
    }
}
