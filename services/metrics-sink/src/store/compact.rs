//! Forgetting series: at once they are hidden; what they take is free again when no page is in the making, which would
//! lose its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::budget::Cost;
use super::contents::Contents;
use super::family::{Family, Series};
use super::slots::{Slot, Slots};

impl Contents {
    /// Hides what was last written before `second` of the sink's clock; whether anything is hidden.
    pub(crate) fn hide_old(&mut self, second: u32) -> bool {
        let mut any = false;
        for family in &mut self.families {
            family.hide(|mark| mark.second < second);
            any |= family.any(|mark| !mark.is_shown());
        }
        any
    }

    /// Frees what is hidden, where it lies: there may be no room for a copy. Series and families get other places.
    pub(crate) fn forget_hidden(&mut self) {
        self.slots = Slots::default();
        self.names = BTreeMap::new();
        self.bounds.clear();
        self.families.retain_mut(Family::forget_hidden);
        self.families.shrink_to_fit();
        let before = std::mem::take(&mut self.cost);
        let mut slots = Slots::with_room_for(self.families.iter().map(|family| family.series.len()).sum());
        for at in 0..self.families.len() {
            let (family, place) = (&self.families[at], at as u32);
            self.names.insert(Arc::clone(&family.name), place);
            self.cost += Family::cost(&family.name);
            family.each(|series, mark, text, cost| {
                let slot = Slot { family: place, series };
                slots.insert(mark.sent, slot);
                slots.insert(self.rules.fingerprints.shown(place, text), slot);
                self.cost += cost;
            });
            self.share_again(at);
        }
        self.slots = slots;
        self.rules.budget.give(before);
        self.rules.budget.take_over(self.cost);
    }

    /// Lets the bounds of a family's histograms be shared, and accounts for them.
    fn share_again(&mut self, family: usize) {
        let Series::Histograms(histograms) = &self.families[family].series else { return };
        let mut cost = Cost::default();
        for bounds in histograms.iter().map(|histogram| &histogram.bounds) {
            if !self.bounds.iter().any(|shared| Arc::ptr_eq(shared, bounds)) {
                cost += bounds.cost();
                Self::share(&mut self.bounds, Arc::clone(bounds));
            }
        }
        self.cost += cost;
    }
}
