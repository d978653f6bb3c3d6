//! All series of one name and type.

use std::sync::Arc;

use super::budget::Cost;
use super::histogram::Histogram;
use super::series::{Line, Mark, MessageNumber, Sample, Scalar};
use super::summary::Summary;
use crate::wire::Kind;

/// A family, as the page shows it.
#[derive(Debug)]
pub(crate) struct Family {
    /// The name on the page.
    pub(crate) name: Arc<str>,
    pub(crate) kind: Kind,
    /// Every series' labels between the braces, one behind the other.
    texts: String,
    pub(crate) series: Series,
}

/// The series of a family, by what they hold.
#[derive(Debug)]
pub(crate) enum Series {
    Scalars(Vec<Scalar>),
    Histograms(Vec<Histogram>),
    Summaries(Vec<Summary>),
}

/// A series of any kind, on its way into a family.
#[derive(Debug)]
pub(crate) enum AnySample {
    Scalar(Scalar),
    Histogram(Histogram),
    Summary(Summary),
}

/// How far a family has been rendered: the series to go on with.
pub(crate) type Progress = usize;

/// Does the same for the series of every kind.
macro_rules! with_series {
    ($series:expr, $list:ident => $do:expr) => {
        match $series {
            Series::Scalars($list) => $do,
            Series::Histograms($list) => $do,
            Series::Summaries($list) => $do,
        }
    };
}

impl Family {
    pub(crate) fn new(name: Arc<str>, kind: Kind) -> Self {
        let series = match kind {
            Kind::Counter | Kind::Gauge | Kind::Untyped => Series::Scalars(Vec::new()),
            Kind::Histogram => Series::Histograms(Vec::new()),
            Kind::Summary => Series::Summaries(Vec::new()),
        };
        Self { name, kind, texts: String::new(), series }
    }

    /// What it takes of the budget, without its series.
    pub(crate) fn cost(name: &str) -> Cost {
        Cost { series: 0, bytes: size_of::<Self>() + name.len() + 96 }
    }

    #[inline]
    pub(crate) fn mark_mut(&mut self, series: u32) -> &mut Mark {
        with_series!(&mut self.series, list => list[series as usize].mark_mut())
    }

    /// A series' labels, between the braces.
    #[inline]
    pub(crate) fn text(&self, mark: &Mark) -> &str {
        &self.texts[mark.text()]
    }

    /// Appends a series, which must be of the family's kind, with its labels; its place.
    pub(crate) fn push(&mut self, sample: AnySample, text: &str) -> u32 {
        let start = self.texts.len();
        // Most families have one series: grow to what is needed, later by half.
        if self.texts.capacity() - start < text.len() {
            self.texts.reserve_exact(text.len().max(start / 2));
        }
        self.texts.push_str(text);
        let place = match (&mut self.series, sample) {
            (Series::Scalars(list), AnySample::Scalar(one)) => push(list, one),
            (Series::Histograms(list), AnySample::Histogram(one)) => push(list, one),
            (Series::Summaries(list), AnySample::Summary(one)) => push(list, one),
            _ => unreachable!("a family's kind decides what its series are"),
        };
        let end = self.texts.len();
        self.mark_mut(place).set_text(start..end);
        place
    }

    /// Hands each series' place, mark, labels and cost to `each`.
    pub(crate) fn each(&self, mut each: impl FnMut(u32, &Mark, &str, Cost)) {
        with_series!(&self.series, list => {
            for (place, one) in list.iter().enumerate() {
                let text = self.text(one.mark());
                each(place as u32, one.mark(), text, one.cost(text.len()));
            }
        });
    }

    /// Hides every series that was not written since message `first`, and forgets what it had added up.
    pub(crate) fn begin_anew(&mut self, first: MessageNumber) {
        self.hide(|mark| mark.message < first);
    }

    /// Hides every series that has a mark of that kind, and forgets what it had added up.
    pub(crate) fn hide(&mut self, is: impl Fn(&Mark) -> bool) {
        with_series!(&mut self.series, list => {
            for one in list.iter_mut().filter(|one| is(one.mark())) {
                one.mark_mut().message = 0;
                one.begin_anew();
            }
        });
    }

    /// Frees the hidden series where they lie; whether any are left.
    pub(crate) fn forget_hidden(&mut self) -> bool {
        let mut texts = std::mem::take(&mut self.texts).into_bytes();
        let mut end = 0;
        with_series!(&mut self.series, list => {
            list.retain(|one| one.mark().is_shown());
            list.shrink_to_fit();
            for one in list.iter_mut() {
                let text = one.mark().text();
                let start = end;
                end += text.len();
                texts.copy_within(text, start);
                one.mark_mut().set_text(start..end);
            }
        });
        texts.truncate(end);
        texts.shrink_to_fit();
        self.texts = String::from_utf8(texts).expect("it was cut between texts");
        self.series.len() > 0
    }

    /// Whether any series has a mark of that kind.
    pub(crate) fn any(&self, is: impl Fn(&Mark) -> bool) -> bool {
        with_series!(&self.series, list => list.iter().any(|one| is(one.mark())))
    }

    /// Appends lines until there are `enough` bytes; `None` when the family is done.
    pub(crate) fn render(
        &self,
        from: Progress,
        node: &str,
        out: &mut Vec<u8>,
        enough: usize,
    ) -> Option<Progress> {
        with_series!(&self.series, list => {
            for (place, one) in list.iter().enumerate().skip(from) {
                if out.len() >= enough {
                    return Some(place);
                }
                if one.mark().is_shown() {
                    let labels = self.text(one.mark()).as_bytes();
                    one.render(out, &Line { name: self.name.as_bytes(), labels, node: node.as_bytes() });
                }
            }
        });
        None
    }
}

impl Series {
    pub(crate) fn len(&self) -> usize {
        with_series!(self, list => list.len())
    }
}

impl AnySample {
    pub(crate) fn mark(&self) -> &Mark {
        match self {
            AnySample::Scalar(one) => one.mark(),
            AnySample::Histogram(one) => one.mark(),
            AnySample::Summary(one) => one.mark(),
        }
    }

    /// What it takes of the budget, with labels of this length.
    pub(crate) fn cost(&self, text: usize) -> Cost {
        match self {
            AnySample::Scalar(one) => one.cost(text),
            AnySample::Histogram(one) => one.cost(text),
            AnySample::Summary(one) => one.cost(text),
        }
    }
}

/// Appends, growing by half: a vector of its own would begin with room for four.
fn push<T>(list: &mut Vec<T>, one: T) -> u32 {
    let place = list.len();
    if place == list.capacity() {
        list.reserve_exact((place / 2).max(1));
    }
    list.push(one);
    place as u32
}
