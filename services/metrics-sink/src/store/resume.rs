//! Merges saved series into those that were received since the sink started.

use super::context::Temporality;
use super::family::{AnySeries, SeriesList};
use super::flush_tracker::FlushNumber;
use super::histogram::Histogram;
use super::labels;
use super::node_series::NodeSeries;
use super::saved::{SavedBounds, SavedKind, SavedSeries, SavedSeriesList};
use super::series::{Scalar, SeriesMeta};
use super::slot_index::Slot;
use super::summary::Summary;
use super::totals::Totals;
use crate::refusal::Reason;
use crate::wire::Kind;

impl NodeSeries {
    /// Adds the saved values to the series, and creates those that are missing, as if written in flush `flush` at `second`
    /// of the store's clock. Returns the number of series that are invalid or cannot be stored, which are refused.
    pub(crate) fn resume(&mut self, saved: &SavedSeriesList, flush: FlushNumber, second: u32) -> u64 {
        let mut refused = 0;
        for family in &saved.families {
            let kind = match family.kind() {
                SavedKind::Histogram => Kind::Histogram,
                SavedKind::Summary => Kind::Summary,
                SavedKind::Counter if self.context.temporality == Temporality::Delta => Kind::Counter,
                SavedKind::Counter | SavedKind::Unspecified => continue,
            };
            for series in &family.series {
                match self.resume_series(&family.name, kind, series, &saved.bounds) {
                    Ok(slot) => {
                        let meta = self.meta_mut(slot);
                        if !meta.is_visible() {
                            (meta.flush, meta.second) = (flush, second);
                        }
                    }
                    Err(reason) => {
                        refused += 1;
                        let name = &family.name;
                        self.context.refusals.refuse(reason, format_args!("{name} of the state file"));
                    }
                }
            }
        }
        refused
    }

    fn resume_series(
        &mut self,
        name: &str,
        kind: Kind,
        saved: &SavedSeries,
        bounds: &[SavedBounds],
    ) -> Result<Slot, Reason> {
        if !labels::is_rendered_name(name) || !labels::is_rendered(&saved.labels, kind) {
            return Err(Reason::Labels);
        }
        let totals = Totals::of_saved(saved).filter(|_| kind != Kind::Counter || saved.sum >= 0.0);
        let totals = totals.ok_or(Reason::Value)?;
        let upper = bounds.get(saved.bounds as usize).map_or(&[][..], |bounds| &bounds.upper);
        if kind == Kind::Histogram {
            Histogram::check_saved(upper, &saved.buckets, &totals)?;
        }
        let family = self.family(name, kind)?;
        let known = family
            .and_then(|family| self.slots.get(self.context.fingerprints.of_rendered(family, &saved.labels)));
        if let Some(slot) = known {
            match &mut self.families[slot.family as usize].series {
                SeriesList::Scalars(list) => list[slot.series as usize].value += saved.sum,
                SeriesList::Summaries(list) => list[slot.series as usize].add_totals(&totals),
                SeriesList::Histograms(list) => {
                    list[slot.series as usize].add_saved(upper, &saved.buckets, &totals);
                }
            }
            return Ok(slot);
        }
        let meta = SeriesMeta::new(self.context.fingerprints.of_saved(name, kind, &saved.labels));
        let series = match kind {
            Kind::Histogram => {
                let mut histogram = Histogram::new(meta, self.saved_bounds(upper)?);
                histogram.add_saved(upper, &saved.buckets, &totals);
                AnySeries::Histogram(histogram)
            }
            Kind::Summary => {
                // The next interval has the quantiles.
                let mut summary = Summary::new(meta, 0);
                summary.add_totals(&totals);
                AnySeries::Summary(summary)
            }
            Kind::Counter | Kind::Gauge | Kind::Untyped => {
                AnySeries::Scalar(Scalar { meta, value: saved.sum })
            }
        };
        self.store_new(name, family, kind, &saved.labels, series)
    }
}
