//! The series of one node: lookup and creation.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bounds::BoundsCache;
use super::budget::Cost;
use super::context::Context;
use super::family::{AnySeries, Family};
use super::flush_tracker::FlushNumber;
use super::histogram::Histogram;
use super::labels;
use super::series::{Scalar, SeriesMeta};
use super::slot_index::{Slot, SlotIndex};
use super::summary::Summary;
use crate::refusal::Reason;
use crate::wire::{Distribution, Kind, Metric};

/// The series of one node. Slots are stable: series are only hidden until `NodeSeries::remove_hidden`.
#[derive(Debug)]
pub(crate) struct NodeSeries {
    pub(crate) context: Arc<Context>,
    pub(crate) families: Vec<Family>,
    pub(crate) slots: SlotIndex,
    /// Families by name on the page, each of which has claimed its name.
    pub(super) names: BTreeMap<Arc<str>, u32>,
    pub(super) bounds: BoundsCache,
    /// The part of the budget that these series have reserved.
    pub(super) cost: Cost,
}

/// A series as sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SentSeries<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) help: &'a [u8],
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
    /// `flush` is the newest flush.
    ///
    /// # Errors
    ///
    /// Returns why the series cannot be stored.
    pub(crate) fn find_or_create(
        &mut self,
        sent: &SentSeries<'_>,
        flush: FlushNumber,
    ) -> Result<Slot, Reason> {
        let max_bytes = self.context.max_label_bytes;
        let name = labels::family_name(sent.name, max_bytes)?;
        let sent_labels = sent.metric.labels(labels::MAX_LABELS + 1).map_err(|_| Reason::Malformed)?;
        let rendered = labels::render(&sent_labels, sent.kind, max_bytes)?;
        let family = self.family(&name, sent.kind)?;
        let known = family
            .and_then(|family| self.slots.get(self.context.fingerprints.of_rendered(family, &rendered)));
        match known {
            Some(slot) => self.reindex(sent.fingerprint, slot, flush),
            None => {
                let slot = self.create(&name, family, &rendered, sent)?;
                self.set_help(slot.family, sent.help);
                Ok(slot)
            }
        }
    }

    /// Sets the help text of a family that has none, unless the text is invalid or there is no room for it.
    fn set_help(&mut self, family: u32, help: &[u8]) {
        let is_known = self.families[family as usize].help.is_some();
        if help.is_empty() || is_known || help.len() > self.context.max_label_bytes {
            return;
        }
        let Ok(help) = str::from_utf8(help) else { return };
        if self.reserve(Cost { series: 0, bytes: help.len() }).is_ok() {
            self.families[family as usize].help = Some(help.into());
        }
    }

    /// The family with that name and type; `None` if it is to be created, possibly in place of one of another type.
    pub(super) fn family(&self, name: &str, kind: Kind) -> Result<Option<u32>, Reason> {
        let Some(index) = self.names.get(name).copied() else { return Ok(None) };
        let family = &self.families[index as usize];
        match (family.kind, kind) {
            (stored, kind) if stored == kind => Ok(Some(index)),
            // The summary was in an earlier message.
            (Kind::Summary, Kind::Histogram) => Ok(None),
            _ if family.is_visible() => Err(Reason::Type),
            _ => Ok(None),
        }
    }

    /// Replaces the fingerprint of a series whose encoding has changed. Within one flush, two encodings are two series
    /// with equal labels on the page: a duplicate.
    fn reindex(&mut self, fingerprint: u64, slot: Slot, flush: FlushNumber) -> Result<Slot, Reason> {
        let meta = self.meta_mut(slot);
        if meta.flush == flush {
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
        self.store_new(name, family, sent.kind, labels, series)
    }

    /// Stores a new series, and its family if `family` is `None`.
    ///
    /// # Errors
    ///
    /// If there is no room for it, or the page has another family of this name.
    pub(super) fn store_new(
        &mut self,
        name: &str,
        family: Option<u32>,
        kind: Kind,
        labels: &str,
        series: AnySeries,
    ) -> Result<Slot, Reason> {
        check_rendered_size(series.cost(0).series, name, labels)?;
        let mut cost = series.cost(labels.len());
        if family.is_none() {
            cost += Family::cost(name, None);
        }
        self.reserve(cost)?;
        let family = match family {
            Some(family) => family,
            None => self.add_family(name, kind).inspect_err(|_| self.unreserve(cost))?,
        };
        Ok(self.insert(family, series, labels))
    }

    fn add_family(&mut self, name: &str, kind: Kind) -> Result<u32, Reason> {
        let name = match self.names.get_key_value(name) {
            Some((name, replaced)) => {
                let (name, replaced) = (Arc::clone(name), *replaced);
                self.context.names.change(&name, kind)?;
                self.retire(replaced);
                name
            }
            None => self.context.names.claim(name, kind)?,
        };
        let index = self.families.len() as u32;
        self.families.push(Family::new(Arc::clone(&name), kind));
        self.names.insert(name, index);
        Ok(index)
    }

    fn insert(&mut self, family: u32, series: AnySeries, labels: &str) -> Slot {
        let fingerprint = series.fingerprint();
        let series = self.families[family as usize].push(series, labels);
        let slot = Slot { family, series };
        self.slots.insert(fingerprint, slot);
        self.slots.insert(self.context.fingerprints.of_rendered(family, labels), slot);
        slot
    }

    fn unreserve(&mut self, cost: Cost) {
        self.context.budget.release(cost);
        self.cost -= cost;
    }

    pub(super) fn reserve(&mut self, cost: Cost) -> Result<(), Reason> {
        self.context.budget.reserve(cost)?;
        self.cost += cost;
        Ok(())
    }
}

/// Checks the size of the names and labels on all lines of a series.
pub(super) fn check_rendered_size(lines: usize, name: &str, labels: &str) -> Result<(), Reason> {
    let bytes = lines.saturating_mul(name.len() + labels.len());
    if bytes <= MAX_RENDERED_BYTES { Ok(()) } else { Err(Reason::LabelSize) }
}
