//! Saves the series whose values Envoy does not send again, in parts.

use prost::Message;

use super::context::Temporality;
use super::family::{Family, SeriesList};
use super::histogram::Histogram;
use super::node_series::NodeSeries;
use super::saved::{SavedBounds, SavedFamily, SavedKind, SavedSeries, SavedSeriesList};
use super::series::{Scalar, Series, SeriesMeta};
use super::summary::Summary;
use crate::wire::Kind;

/// The next series to be saved. It stays valid as long as the series are not removed: see `Node::series`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Position {
    family: usize,
    series: usize,
}

/// Maximum size of a part apart from its last series, which limits how long the series are locked.
const MAX_PART_BYTES: usize = 256 * 1024;

/// Estimated size of a series apart from its labels and buckets.
const SERIES_BYTES: usize = 40;

impl NodeSeries {
    /// Copies the next part of the visible histograms and summaries, and of the sums of deltas. Advances `at` to the part
    /// after it, or returns `None` at the end.
    pub(crate) fn next_part(&self, at: &mut Position) -> Option<SavedSeriesList> {
        let mut part = SavedSeriesList::default();
        let mut bytes = 0;
        while let Some(family) = self.families.get(at.family) {
            if bytes >= MAX_PART_BYTES {
                return Some(part);
            }
            let saved = self.save_family(family, at, &mut part.bounds, &mut bytes);
            part.families.extend(saved.filter(|saved| !saved.series.is_empty()));
        }
        (!part.families.is_empty()).then_some(part)
    }

    fn save_family(
        &self,
        family: &Family,
        at: &mut Position,
        bounds: &mut Vec<SavedBounds>,
        bytes: &mut usize,
    ) -> Option<SavedFamily> {
        let saves_scalars = family.kind == Kind::Counter && self.context.temporality == Temporality::Delta;
        let (kind, series) = match &family.series {
            SeriesList::Histograms(list) => {
                let save = |one: &Histogram| save_histogram(one, bounds);
                (SavedKind::Histogram, save_list(family, list, at, bytes, save))
            }
            SeriesList::Summaries(list) => {
                (SavedKind::Summary, save_list(family, list, at, bytes, Summary::save))
            }
            SeriesList::Scalars(list) if saves_scalars => {
                let save = |one: &Scalar| SavedSeries { sum: one.value, ..SavedSeries::default() };
                (SavedKind::Counter, save_list(family, list, at, bytes, save))
            }
            SeriesList::Scalars(_) => {
                *at = Position { family: at.family + 1, series: 0 };
                return None;
            }
        };
        *bytes += family.name.len();
        Some(SavedFamily { name: family.name.to_string(), kind: kind.into(), series })
    }
}

/// Saves the visible series of a family from `at` on, until the part is full.
fn save_list<S: Series>(
    family: &Family,
    list: &[S],
    at: &mut Position,
    bytes: &mut usize,
    mut save: impl FnMut(&S) -> SavedSeries,
) -> Vec<SavedSeries> {
    let mut saved = Vec::new();
    for (index, one) in list.iter().enumerate().skip(at.series) {
        if *bytes >= MAX_PART_BYTES {
            at.series = index;
            return saved;
        }
        let meta: &SeriesMeta = one.meta();
        if meta.is_visible() {
            let labels = family.labels(meta);
            *bytes += labels.len() + one.heap_bytes() + SERIES_BYTES;
            saved.push(SavedSeries { labels: labels.to_owned(), ..save(one) });
        }
    }
    *at = Position { family: at.family + 1, series: 0 };
    saved
}

/// Saves a histogram, and its bounds unless the part has them.
fn save_histogram(histogram: &Histogram, bounds: &mut Vec<SavedBounds>) -> SavedSeries {
    let upper = histogram.bounds().upper();
    let index = bounds.iter().rposition(|known| known.upper == upper).unwrap_or_else(|| {
        bounds.push(SavedBounds { upper: upper.to_vec() });
        bounds.len() - 1
    });
    SavedSeries { bounds: index as u32, ..histogram.save() }
}

impl SavedSeriesList {
    /// Reads the series of a part.
    ///
    /// # Errors
    ///
    /// If they are not encoded as this message.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, prost::DecodeError> {
        Self::decode(bytes)
    }
}
