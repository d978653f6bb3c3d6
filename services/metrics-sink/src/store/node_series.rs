//! The series of one node: lookup, creation and removal.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::budget::Cost;
use super::context::Context;
use super::family::{AnySeries, Family, SeriesList};
use super::histogram::{Bounds, BoundsCache, Histogram};
use super::labels;
use super::series::{MessageNumber, Scalar, Series, SeriesMeta};
use super::slot_index::{Slot, SlotIndex};
use super::summary::Summary;
use crate::refusal::Reason;
use crate::wire::{Distribution, Kind, Metric};

/// The series of one node. Slots are stable: series are only hidden until [`NodeSeries::remove_hidden`].
#[derive(Debug)]
pub(crate) struct NodeSeries {
    pub(crate) context: Arc<Context>,
    pub(crate) families: Vec<Family>,
    pub(crate) slots: SlotIndex,
    /// Families by name on the page. A name has one type, or the page would be ambiguous.
    names: BTreeMap<Arc<str>, u32>,
    bounds: BoundsCache,
    /// The part of the budget that these series have reserved.
    cost: Cost,
}

/// A series as sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SentSeries<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) kind: Kind,
    pub(crate) metric: Metric<'a>,
    /// The fingerprint of its encoding.
    pub(crate) fingerprint: u64,
    /// The value of a histogram or summary.
    pub(crate) distribution: Option<Distribution<'a>>,
}

/// Maximum size of the names and labels on all lines of one series, which are rendered together.
const MAX_RENDERED_BYTES: usize = 256 * 1024;

impl NodeSeries {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self {
            context,
            families: Vec::new(),
            slots: SlotIndex::default(),
            names: BTreeMap::new(),
            bounds: BoundsCache::default(),
            cost: Cost::default(),
        }
    }

    /// The families' names and indexes, sorted by name.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&Arc<str>, u32)> {
        self.names.iter().map(|(name, family)| (name, *family))
    }

    /// The type stored for a name as sent.
    pub(crate) fn kind_of(&self, name: &[u8]) -> Option<Kind> {
        let name = labels::family_name(name, self.context.max_label_bytes).ok()?;
        self.names.get(name.as_str()).map(|family| self.families[*family as usize].kind)
    }

    #[inline]
    pub(crate) fn meta_mut(&mut self, slot: Slot) -> &mut SeriesMeta {
        self.families[slot.family as usize].meta_mut(slot.series)
    }

    /// Returns the slot of a series whose encoding is new, and creates the series if its labels are new too.
    /// `flush_start` is the first message of the newest flush.
    ///
    /// # Errors
    ///
    /// Returns why the series cannot be stored.
    pub(crate) fn find_or_create(
        &mut self,
        sent: &SentSeries<'_>,
        flush_start: MessageNumber,
    ) -> Result<Slot, Reason> {
        let max_bytes = self.context.max_label_bytes;
        let name = labels::family_name(sent.name, max_bytes)?;
        let sent_labels = sent.metric.labels(labels::MAX_LABELS + 1).map_err(|_| Reason::Malformed)?;
        let rendered = labels::render(&sent_labels, sent.kind, max_bytes)?;
        let family = self.family(&name, sent.kind)?;
        let known = family
            .and_then(|family| self.slots.get(self.context.fingerprints.of_rendered(family, &rendered)));
        match known {
            Some(slot) => self.reindex(sent.fingerprint, slot, flush_start),
            None => self.create(&name, family, &rendered, sent),
        }
    }

    /// The family with that name and type, if it exists.
    fn family(&self, name: &str, kind: Kind) -> Result<Option<u32>, Reason> {
        let Some(family) = self.names.get(name).copied() else { return Ok(None) };
        match (self.families[family as usize].kind, kind) {
            (stored, kind) if stored == kind => Ok(Some(family)),
            // The summary was in an earlier message; the histogram replaces it.
            (Kind::Summary, Kind::Histogram) => Ok(None),
            _ => Err(Reason::Type),
        }
    }

    /// Replaces the fingerprint of a series whose encoding has changed. Within one flush, two encodings are two series
    /// with equal labels on the page: a duplicate.
    fn reindex(&mut self, fingerprint: u64, slot: Slot, flush_start: MessageNumber) -> Result<Slot, Reason> {
        let meta = self.meta_mut(slot);
        if meta.message >= flush_start {
            return Err(Reason::Duplicate);
        }
        let previous = std::mem::replace(&mut meta.fingerprint, fingerprint);
        self.slots.remove(previous);
        self.slots.insert(fingerprint, slot);
        Ok(slot)
    }

    fn create(
        &mut self,
        name: &str,
        family: Option<u32>,
        labels: &str,
        sent: &SentSeries<'_>,
    ) -> Result<Slot, Reason> {
        let meta = SeriesMeta::new(sent.fingerprint);
        let series = match (sent.kind, sent.distribution) {
            (Kind::Counter | Kind::Gauge | Kind::Untyped, _) => {
                AnySeries::Scalar(Scalar { meta, value: 0.0 })
            }
            (Kind::Histogram, Some(sent)) => {
                AnySeries::Histogram(Histogram::new(meta, self.shared_bounds(sent)?))
            }
            (Kind::Summary, Some(sent)) => {
                let quantiles = Summary::count_quantiles(sent, self.context.budget.max_series())?;
                AnySeries::Summary(Summary::new(meta, quantiles))
            }
            (Kind::Histogram | Kind::Summary, None) => return Err(Reason::Value),
        };
        check_rendered_size(series.cost(0).series, name, labels)?;
        let mut cost = series.cost(labels.len());
        if family.is_none() {
            cost += Family::cost(name);
        }
        self.reserve(cost)?;
        let family = family.unwrap_or_else(|| self.add_family(name.into(), sent.kind));
        Ok(self.insert(family, series, labels))
    }

    fn add_family(&mut self, name: Arc<str>, kind: Kind) -> u32 {
        let index = self.families.len() as u32;
        self.families.push(Family::new(Arc::clone(&name), kind));
        if let Some(replaced) = self.names.insert(name, index) {
            self.families[replaced as usize].hide_written_before(MessageNumber::MAX);
        }
        index
    }

    fn insert(&mut self, family: u32, series: AnySeries, labels: &str) -> Slot {
        let fingerprint = series.fingerprint();
        let series = self.families[family as usize].push(series, labels);
        let slot = Slot { family, series };
        self.slots.insert(fingerprint, slot);
        self.slots.insert(self.context.fingerprints.of_rendered(family, labels), slot);
        slot
    }

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
        let (before, after) = (stored.cost(0), new.cost(0));
        self.context.budget.reserve(after)?;
        self.context.budget.release(before);
        *stored = new;
        self.cost += after;
        self.cost -= before;
        Ok(())
    }

    fn shared_bounds(&mut self, sent: Distribution<'_>) -> Result<Arc<Bounds>, Reason> {
        if let Some(bounds) = self.bounds.find(sent) {
            return Ok(Arc::clone(bounds));
        }
        let bounds = Arc::new(Bounds::read(sent, self.context.budget.max_series())?);
        self.reserve(bounds.cost())?;
        self.bounds.insert(Arc::clone(&bounds));
        Ok(bounds)
    }

    fn reserve(&mut self, cost: Cost) -> Result<(), Reason> {
        self.context.budget.reserve(cost)?;
        self.cost += cost;
        Ok(())
    }

    /// Hides and resets every series that was last written before message `first`.
    pub(crate) fn hide_written_before(&mut self, first: MessageNumber) {
        for family in &mut self.families {
            family.hide_written_before(first);
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
        any
    }

    /// Frees the hidden series in place, because there may be no memory for a copy. All slots change.
    pub(crate) fn remove_hidden(&mut self) {
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
            self.cost += Family::cost(&family.name);
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
}

fn check_rendered_size(lines: usize, name: &str, labels: &str) -> Result<(), Reason> {
    let bytes = lines.saturating_mul(name.len() + labels.len());
    if bytes <= MAX_RENDERED_BYTES { Ok(()) } else { Err(Reason::LabelSize) }
}

impl Drop for NodeSeries {
    fn drop(&mut self) {
        self.context.budget.release(self.cost);
    }
}
