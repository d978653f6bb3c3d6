//! All series of one name and type of a node.

use std::sync::Arc;

use kit::exposition::Format;

use super::budget::Cost;
use super::flush_tracker::FlushNumber;
use super::histogram::Histogram;
use super::series::{LinePrefix, Scalar, Series, SeriesMeta};
use super::summary::Summary;
use crate::wire::Kind;

/// A family of the page.
#[derive(Debug)]
pub(crate) struct Family {
    /// The name on the page.
    pub(crate) name: Arc<str>,
    pub(crate) kind: Kind,
    /// The help text, if the node has sent one.
    pub(crate) help: Option<Arc<str>>,
    /// The rendered labels of all series, concatenated.
    labels: String,
    pub(crate) series: SeriesList,
}

/// The series of a family.
#[derive(Debug)]
pub(crate) enum SeriesList {
    Scalars(Vec<Scalar>),
    Histograms(Vec<Histogram>),
    Summaries(Vec<Summary>),
}

/// A new series of any kind.
#[derive(Debug)]
pub(crate) enum AnySeries {
    Scalar(Scalar),
    Histogram(Histogram),
    Summary(Summary),
}

/// The index of the series at which rendering continues.
pub(crate) type Progress = usize;

/// Evaluates the same expression for the list of any kind.
macro_rules! with_list {
    ($series:expr, $list:ident => $do:expr) => {
        match $series {
            SeriesList::Scalars($list) => $do,
            SeriesList::Histograms($list) => $do,
            SeriesList::Summaries($list) => $do,
        }
    };
}

impl Family {
    pub(crate) fn new(name: Arc<str>, kind: Kind) -> Self {
        let series = match kind {
            Kind::Counter | Kind::Gauge | Kind::Untyped => SeriesList::Scalars(Vec::new()),
            Kind::Histogram => SeriesList::Histograms(Vec::new()),
            Kind::Summary => SeriesList::Summaries(Vec::new()),
        };
        Self { name, kind, help: None, labels: String::new(), series }
    }

    /// The cost of a family without series.
    pub(crate) fn cost(name: &str, help: Option<&str>) -> Cost {
        Cost { series: 0, bytes: size_of::<Self>() + name.len() + help.map_or(0, str::len) + 144 }
    }

    #[inline]
    pub(crate) fn meta_mut(&mut self, series: u32) -> &mut SeriesMeta {
        with_list!(&mut self.series, list => list[series as usize].meta_mut())
    }

    /// The rendered labels of a series, without braces.
    #[inline]
    pub(crate) fn labels(&self, meta: &SeriesMeta) -> &str {
        &self.labels[meta.labels()]
    }

    /// Appends a series with its rendered labels and returns its index.
    ///
    /// # Panics
    ///
    /// If the series is not of the family's kind.
    pub(crate) fn push(&mut self, series: AnySeries, labels: &str) -> u32 {
        let start = self.labels.len();
        // Most families have one series: allocate exactly what the first needs, later grow by half.
        if self.labels.capacity() - start < labels.len() {
            self.labels.reserve_exact(labels.len().max(start / 2));
        }
        self.labels.push_str(labels);
        let index = match (&mut self.series, series) {
            (SeriesList::Scalars(list), AnySeries::Scalar(one)) => push(list, one),
            (SeriesList::Histograms(list), AnySeries::Histogram(one)) => push(list, one),
            (SeriesList::Summaries(list), AnySeries::Summary(one)) => push(list, one),
            _ => unreachable!("the caller creates the series by the family's kind"),
        };
        let end = self.labels.len();
        self.meta_mut(index).set_labels(start..end);
        index
    }

    /// Calls `visit` with the index, metadata, rendered labels and cost of each series.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(u32, &SeriesMeta, &str, Cost)) {
        with_list!(&self.series, list => {
            for (index, one) in list.iter().enumerate() {
                let labels = self.labels(one.meta());
                visit(index as u32, one.meta(), labels, one.cost(labels.len()));
            }
        });
    }

    /// Hides and resets every series that flush `flush` has not written.
    pub(crate) fn hide_not_written_in(&mut self, flush: FlushNumber) {
        self.hide(|meta| meta.flush != flush);
    }

    /// Hides and resets every series that `matches`.
    pub(crate) fn hide(&mut self, matches: impl Fn(&SeriesMeta) -> bool) {
        with_list!(&mut self.series, list => {
            for one in list.iter_mut().filter(|one| matches(one.meta())) {
                one.meta_mut().flush = 0;
                one.reset();
            }
        });
    }

    /// Removes the hidden series in place, and returns whether any series remain. Indexes change.
    pub(crate) fn remove_hidden(&mut self) -> bool {
        let mut labels = std::mem::take(&mut self.labels).into_bytes();
        let mut end = 0;
        with_list!(&mut self.series, list => {
            list.retain(|one| one.meta().is_visible());
            list.shrink_to_fit();
            for one in list.iter_mut() {
                let range = one.meta().labels();
                let start = end;
                end += range.len();
                labels.copy_within(range, start);
                one.meta_mut().set_labels(start..end);
            }
        });
        labels.truncate(end);
        labels.shrink_to_fit();
        self.labels = String::from_utf8(labels).expect("whole strings were moved");
        self.series.len() > 0
    }

    /// Whether the page shows any of its series.
    pub(crate) fn is_visible(&self) -> bool {
        self.any(SeriesMeta::is_visible)
    }

    pub(crate) fn any(&self, matches: impl Fn(&SeriesMeta) -> bool) -> bool {
        with_list!(&self.series, list => list.iter().any(|one| matches(one.meta())))
    }

    /// Appends the lines of the visible series from index `from` until `out` has `limit` bytes. Returns where to
    /// continue, or `None` at the end of the family.
    pub(crate) fn render(
        &self,
        from: Progress,
        node_labels: &str,
        out: &mut Vec<u8>,
        format: Format,
        limit: usize,
    ) -> Option<Progress> {
        with_list!(&self.series, list => {
            for (index, one) in list.iter().enumerate().skip(from) {
                if out.len() >= limit {
                    return Some(index);
                }
                if one.meta().is_visible() {
                    let labels = self.labels(one.meta()).as_bytes();
                    let node = node_labels.as_bytes();
                    one.render(out, &LinePrefix { name: self.name.as_bytes(), labels, node }, format);
                }
            }
        });
        None
    }
}

impl SeriesList {
    pub(crate) fn len(&self) -> usize {
        with_list!(self, list => list.len())
    }
}

impl AnySeries {
    pub(crate) fn fingerprint(&self) -> u64 {
        match self {
            AnySeries::Scalar(one) => one.meta().fingerprint,
            AnySeries::Histogram(one) => one.meta().fingerprint,
            AnySeries::Summary(one) => one.meta().fingerprint,
        }
    }

    /// Its cost with rendered labels of `labels_len` bytes.
    pub(crate) fn cost(&self, labels_len: usize) -> Cost {
        match self {
            AnySeries::Scalar(one) => one.cost(labels_len),
            AnySeries::Histogram(one) => one.cost(labels_len),
            AnySeries::Summary(one) => one.cost(labels_len),
        }
    }
}

/// Appends and returns the index. Grows from one by half, because `Vec` would start with room for four.
fn push<T>(list: &mut Vec<T>, one: T) -> u32 {
    let index = list.len();
    if index == list.capacity() {
        list.reserve_exact((index / 2).max(1));
    }
    list.push(one);
    index as u32
}
