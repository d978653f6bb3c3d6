//! The series of one node: found, or made.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::budget::Cost;
use super::family::{AnySample, Family, Series};
use super::histogram::{Bounds, Histogram};
use super::labels;
use super::rules::Rules;
use super::series::{Mark, MessageNumber, Sample, Scalar};
use super::slots::{Slot, Slots};
use super::summary::Summary;
use crate::refusal::Reason;
use crate::wire::{Distribution, Kind, MetricView};

/// One node's series. Places are stable: what disappears is only hidden, until [`Contents::forget_hidden`].
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) rules: Arc<Rules>,
    pub(crate) families: Vec<Family>,
    pub(crate) slots: Slots,
    /// The families by the name on the page. One name has one type, lest the page be ambiguous.
    pub(super) names: BTreeMap<Arc<str>, u32>,
    /// The bucket bounds met last, to be shared.
    pub(super) bounds: Vec<Arc<Bounds>>,
    /// What this takes of the budget.
    pub(super) cost: Cost,
}

/// A series to be found or made: how it was sent, and the fingerprint of that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) kind: Kind,
    pub(crate) metric: MetricView<'a>,
    pub(crate) sent: u64,
    /// What a histogram or a summary is to hold.
    pub(crate) distribution: Option<Distribution<'a>>,
}

/// Sets of bucket bounds that are looked through for one to share. An Envoy has one, or a few.
const SHARED_BOUNDS: usize = 16;

impl Contents {
    pub(crate) fn new(rules: Arc<Rules>) -> Self {
        Self {
            rules,
            families: Vec::new(),
            slots: Slots::default(),
            names: BTreeMap::new(),
            bounds: Vec::new(),
            cost: Cost::default(),
        }
    }

    /// The families' names and places, sorted by name.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&Arc<str>, u32)> {
        self.names.iter().map(|(name, family)| (name, *family))
    }

    /// The type that a name, as sent, is held with.
    pub(crate) fn kind_of(&self, name: &[u8]) -> Option<Kind> {
        let name = labels::family_name(name, self.rules.longest_label).ok()?;
        self.names.get(name.as_str()).map(|family| self.families[*family as usize].kind)
    }

    #[inline]
    pub(crate) fn mark_mut(&mut self, slot: Slot) -> &mut Mark {
        self.families[slot.family as usize].mark_mut(slot.series)
    }

    /// The place of a series that was sent in a way not met before; made, if there is none. `first` is the newest
    /// flush's first message.
    ///
    /// # Errors
    ///
    /// Why it cannot be held.
    pub(crate) fn find_or_make(&mut self, wanted: &Wanted<'_>, first: MessageNumber) -> Result<Slot, Reason> {
        let longest = self.rules.longest_label;
        let name = labels::family_name(wanted.name, longest)?;
        let sent_labels = wanted.metric.labels(labels::MOST_LABELS + 1).map_err(|_| Reason::Malformed)?;
        let text = labels::render(&sent_labels, wanted.kind, longest)?;
        let family = self.family(&name, wanted.kind)?;
        let shown = family.and_then(|family| self.slots.get(self.rules.fingerprints.shown(family, &text)));
        match shown {
            Some(slot) => self.found(wanted.sent, slot, first),
            None => self.make(&name, family, &text, wanted),
        }
    }

    /// The family of that name and type, if it is held.
    fn family(&self, name: &str, kind: Kind) -> Result<Option<u32>, Reason> {
        let Some(family) = self.names.get(name).copied() else { return Ok(None) };
        match (self.families[family as usize].kind, kind) {
            (held, kind) if held == kind => Ok(Some(family)),
            // The summary came in an earlier message; the histogram will take its place.
            (Kind::Summary, Kind::Histogram) => Ok(None),
            _ => Err(Reason::Type),
        }
    }

    /// A known series, sent in another way than last time; in the same flush, it is two that look like one.
    fn found(&mut self, sent: u64, slot: Slot, first: MessageNumber) -> Result<Slot, Reason> {
        let mark = self.mark_mut(slot);
        if mark.message >= first {
            return Err(Reason::Duplicate);
        }
        let before = std::mem::replace(&mut mark.sent, sent);
        self.slots.remove(before);
        self.slots.insert(sent, slot);
        Ok(slot)
    }

    fn make(
        &mut self,
        name: &str,
        family: Option<u32>,
        text: &str,
        wanted: &Wanted<'_>,
    ) -> Result<Slot, Reason> {
        let mark = Mark::new(wanted.sent);
        let sample = match (wanted.kind, wanted.distribution) {
            (Kind::Counter | Kind::Gauge | Kind::Untyped, _) => {
                AnySample::Scalar(Scalar { mark, value: 0.0 })
            }
            (Kind::Histogram, Some(sent)) => {
                AnySample::Histogram(Histogram::new(mark, self.share_bounds(sent)?))
            }
            (Kind::Summary, Some(sent)) => {
                let quantiles = Summary::check(sent, self.rules.budget.max_series())?;
                AnySample::Summary(Summary::new(mark, quantiles))
            }
            (Kind::Histogram | Kind::Summary, None) => return Err(Reason::Value),
        };
        fits_on_page(sample.cost(0).series, name, text)?;
        let mut cost = sample.cost(text.len());
        if family.is_none() {
            cost += Family::cost(name);
        }
        self.charge(cost)?;
        let family = family.unwrap_or_else(|| self.add_family(name.into(), wanted.kind));
        Ok(self.insert(family, sample, text))
    }

    fn add_family(&mut self, name: Arc<str>, kind: Kind) -> u32 {
        let place = self.families.len() as u32;
        self.families.push(Family::new(Arc::clone(&name), kind));
        if let Some(replaced) = self.names.insert(name, place) {
            self.families[replaced as usize].begin_anew(MessageNumber::MAX);
        }
        place
    }

    fn insert(&mut self, family: u32, sample: AnySample, text: &str) -> Slot {
        let sent = sample.mark().sent;
        let series = self.families[family as usize].push(sample, text);
        let slot = Slot { family, series };
        self.slots.insert(sent, slot);
        self.slots.insert(self.rules.fingerprints.shown(family, text), slot);
        slot
    }

    /// Gives a histogram other bounds; it begins anew with them.
    ///
    /// # Errors
    ///
    /// If they cannot be held. It is as before then.
    pub(crate) fn rebound(&mut self, slot: Slot, sent: Distribution<'_>) -> Result<(), Reason> {
        let bounds = self.share_bounds(sent)?;
        let family = &mut self.families[slot.family as usize];
        let mark = *family.mark_mut(slot.series);
        let new = Histogram::new(mark, bounds);
        fits_on_page(new.lines(), &family.name, family.text(&mark))?;
        let Series::Histograms(histograms) = &mut family.series else {
            return Err(Reason::Type);
        };
        let held = &mut histograms[slot.series as usize];
        let (before, after) = (held.cost(0), new.cost(0));
        self.rules.budget.take(after)?;
        self.rules.budget.give(before);
        *held = new;
        self.cost += after;
        self.cost -= before;
        Ok(())
    }

    fn share_bounds(&mut self, sent: Distribution<'_>) -> Result<Arc<Bounds>, Reason> {
        if let Some(bounds) = self.bounds.iter().find(|bounds| bounds.are_of(sent)) {
            return Ok(Arc::clone(bounds));
        }
        let bounds = Arc::new(Bounds::read(sent, self.rules.budget.max_series())?);
        self.charge(bounds.cost())?;
        Self::share(&mut self.bounds, Arc::clone(&bounds));
        Ok(bounds)
    }

    pub(super) fn share(shared: &mut Vec<Arc<Bounds>>, bounds: Arc<Bounds>) {
        if shared.len() == SHARED_BOUNDS {
            shared.remove(0);
        }
        shared.push(bounds);
    }

    fn charge(&mut self, cost: Cost) -> Result<(), Reason> {
        self.rules.budget.take(cost)?;
        self.cost += cost;
        Ok(())
    }

    /// Hides every series that was not written since message `first`, and forgets what it had added up.
    pub(crate) fn begin_anew(&mut self, first: MessageNumber) {
        for family in &mut self.families {
            family.begin_anew(first);
        }
    }
}

/// A series' lines are made at once, and each repeats the labels.
fn fits_on_page(lines: usize, name: &str, labels: &str) -> Result<(), Reason> {
    const MOST: usize = 256 * 1024;
    if lines.saturating_mul(name.len() + labels.len()) <= MOST { Ok(()) } else { Err(Reason::LabelSize) }
}

impl Drop for Contents {
    fn drop(&mut self) {
        self.rules.budget.give(self.cost);
    }
}
