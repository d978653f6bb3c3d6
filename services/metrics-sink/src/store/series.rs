//! The common parts of all kinds of series: metadata, cost, and the start of a line on the page. Also scalar series.

use std::ops::Range;

use kit::exposition::Format;

use super::budget::Cost;
use super::flush_tracker::FlushNumber;
use super::number;
use super::slot_index::SLOT_BYTES;

/// The time of a series' last write, and the position of its labels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeriesMeta {
    /// The fingerprint of the encoding in which it was last sent.
    pub(crate) fingerprint: u64,
    labels_at: u32,
    labels_len: u32,
    /// The flush that last wrote it; 0 hides the series.
    pub(crate) flush: FlushNumber,
    /// Time of the last write, in whole seconds of the store's clock.
    pub(crate) second: u32,
}

/// A series of any kind.
pub(crate) trait Series: Sized {
    fn meta(&self) -> &SeriesMeta;
    fn meta_mut(&mut self) -> &mut SeriesMeta;
    /// Sets accumulated values to zero.
    fn reset(&mut self);
    /// The number of its lines on the page.
    fn line_count(&self) -> usize;
    /// Bytes allocated on the heap.
    fn heap_bytes(&self) -> usize;
    /// Appends its lines.
    fn render(&self, out: &mut Vec<u8>, prefix: &LinePrefix<'_>, format: Format);

    /// Its cost with rendered labels of `labels_len` bytes.
    fn cost(&self, labels_len: usize) -> Cost {
        // A vector or a string that has just grown by half is a third empty.
        let bytes = SLOT_BYTES + (labels_len + size_of::<Self>()) * 3 / 2 + self.heap_bytes();
        Cost { series: self.line_count(), bytes }
    }
}

/// The common start of a series' lines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LinePrefix<'a> {
    /// The family's name.
    pub(crate) name: &'a [u8],
    /// The series' labels, without braces.
    pub(crate) labels: &'a [u8],
    /// The node's labels, each preceded by a comma: `,job="envoy"`.
    pub(crate) node: &'a [u8],
}

/// A counter, a gauge, or an untyped number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scalar {
    pub(crate) meta: SeriesMeta,
    pub(crate) value: f64,
}

impl SeriesMeta {
    /// The metadata of a series that has not been written yet.
    pub(crate) fn new(fingerprint: u64) -> Self {
        Self { fingerprint, labels_at: 0, labels_len: 0, flush: 0, second: 0 }
    }

    /// Sets where the family stores the labels.
    pub(crate) fn set_labels(&mut self, range: Range<usize>) {
        // Fits: the budget of all labels is far below 4 GiB.
        (self.labels_at, self.labels_len) = (range.start as u32, range.len() as u32);
    }

    #[inline]
    pub(crate) fn labels(&self) -> Range<usize> {
        let start = self.labels_at as usize;
        start..start + self.labels_len as usize
    }

    #[inline]
    pub(crate) fn is_visible(&self) -> bool {
        self.flush != 0
    }
}

impl LinePrefix<'_> {
    /// Appends `name` + `suffix` + `{labels,extra_label}` and a space. `extra_label` may be empty.
    #[inline]
    pub(crate) fn push(&self, out: &mut Vec<u8>, suffix: &[u8], extra_label: &[u8]) {
        out.extend_from_slice(self.name);
        out.extend_from_slice(suffix);
        out.push(b'{');
        out.extend_from_slice(self.labels);
        // Without labels of the series, the node's leading comma is dropped.
        out.extend_from_slice(if self.labels.is_empty() { &self.node[1..] } else { self.node });
        if !extra_label.is_empty() {
            out.push(b',');
            out.extend_from_slice(extra_label);
        }
        out.extend_from_slice(b"} ");
    }
}

impl Series for Scalar {
    #[inline]
    fn meta(&self) -> &SeriesMeta {
        &self.meta
    }

    #[inline]
    fn meta_mut(&mut self) -> &mut SeriesMeta {
        &mut self.meta
    }

    fn reset(&mut self) {
        self.value = 0.0;
    }

    fn line_count(&self) -> usize {
        1
    }

    fn heap_bytes(&self) -> usize {
        0
    }

    #[inline]
    fn render(&self, out: &mut Vec<u8>, prefix: &LinePrefix<'_>, _: Format) {
        prefix.push(out, b"", b"");
        number::push_value(out, self.value);
        out.push(b'\n');
    }
}
