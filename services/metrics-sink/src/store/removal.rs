//! Hides and removes series of a node.
//!
//! A page in progress keeps reading the series, so they are hidden first, and removed when no page reads them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bounds::BoundsCache;
use super::family::{Family, SeriesList};
use super::flush_tracker::FlushNumber;
use super::histogram::Histogram;
use super::node_series::NodeSeries;
use super::slot_index::{Slot, SlotIndex};

impl NodeSeries {
    /// Hides and resets every series that flush `flush` has not written.
    pub(crate) fn hide_not_written_in(&mut self, flush: FlushNumber) {
        for family in &mut self.families {
            family.hide_not_written_in(flush);
        }
    }

    /// Hides every series last written before `second` of the store's clock. Returns whether any series is hidden, be it
    /// by this call or an earlier one.
    pub(crate) fn hide_stale(&mut self, second: u32) -> bool {
        let mut any = false;
        for family in &mut self.families {
            family.hide(|meta| meta.second < second);
            any |= family.any(|meta| !meta.is_visible());
        }
        if any {
            self.retire_hidden();
        }
        any
    }

    /// Frees the hidden series in place, because there may be no memory for a copy. All slots change.
    pub(crate) fn remove_hidden(&mut self) {
        self.retire_hidden();
        self.slots = SlotIndex::default();
        self.names = BTreeMap::new();
        self.bounds = BoundsCache::default();
        self.families.retain_mut(Family::remove_hidden);
        self.families.shrink_to_fit();
        let before = std::mem::take(&mut self.cost);
        let series_count = self.families.iter().map(|family| family.series.len()).sum();
        let mut slots = SlotIndex::with_capacity(series_count);
        for (index, family) in self.families.iter().enumerate() {
            let index = index as u32;
            self.names.insert(Arc::clone(&family.name), index);
            self.cost += Family::cost(&family.name, family.help.as_deref());
            family.for_each(|series, meta, labels, cost| {
                let slot = Slot { family: index, series };
                slots.insert(meta.fingerprint, slot);
                slots.insert(self.context.fingerprints.of_rendered(index, labels), slot);
                self.cost += cost;
            });
            let SeriesList::Histograms(histograms) = &family.series else { continue };
            for bounds in histograms.iter().map(Histogram::bounds) {
                if !self.bounds.contains(bounds) {
                    self.cost += bounds.cost();
                    self.bounds.insert(Arc::clone(bounds));
                }
            }
        }
        self.slots = slots;
        self.context.budget.shrink(before, self.cost);
    }

    /// Hides a family for good: its series can no longer be found, and a new family may have its name.
    pub(super) fn retire(&mut self, index: u32) {
        let family = &mut self.families[index as usize];
        family.hide(|_| true);
        self.names.remove(&family.name);
        let (slots, fingerprints) = (&mut self.slots, &self.context.fingerprints);
        family.for_each(|_, meta, labels, _| {
            slots.remove(meta.fingerprint);
            slots.remove(fingerprints.of_rendered(index, labels));
        });
    }

    /// Retires the families that the page does not show, so that other nodes may claim their names for other types.
    pub(crate) fn retire_hidden(&mut self) {
        let hidden: Vec<_> = self
            .names
            .values()
            .copied()
            .filter(|index| !self.families[*index as usize].is_visible())
            .collect();
        for index in hidden {
            self.context.names.release(&self.families[index as usize].name);
            self.retire(index);
        }
    }

    /// Retires all families.
    pub(crate) fn retire_all(&mut self) {
        for (name, _) in std::mem::take(&mut self.names) {
            self.context.names.release(&name);
        }
        self.slots = SlotIndex::default();
    }
}

impl Drop for NodeSeries {
    fn drop(&mut self) {
        self.retire_all();
        self.context.budget.release(self.cost);
    }
}
