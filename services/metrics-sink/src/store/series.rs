//! What every series has, whatever its kind.

use std::ops::Range;

use super::budget::Cost;
use super::number;
use super::slots::SLOT_BYTES;

/// Which message of its node wrote a series last. 0: none since it began anew; it is not shown.
pub(crate) type MessageNumber = u32;

/// When and how a series was written last, and where its labels stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    /// The fingerprint of name and labels as they were last sent.
    pub(crate) sent: u64,
    text_at: u32,
    text_len: u32,
    /// The message that wrote it.
    pub(crate) message: MessageNumber,
    /// When that was, in whole seconds of the sink's own clock.
    pub(crate) second: u32,
}

/// A series of any kind.
pub(crate) trait Sample: Sized {
    fn mark(&self) -> &Mark;
    fn mark_mut(&mut self) -> &mut Mark;
    /// Forgets what was added up.
    fn begin_anew(&mut self);
    /// The number of its lines on the page.
    fn lines(&self) -> usize;
    /// Bytes that it holds beside itself.
    fn bytes(&self) -> usize;
    /// Appends its lines.
    fn render(&self, out: &mut Vec<u8>, line: &Line<'_>);

    /// What it takes of the budget, with labels of this length.
    fn cost(&self, text: usize) -> Cost {
        // A vector or a text that has just grown is a third empty.
        let bytes = SLOT_BYTES + (text + size_of::<Self>()) * 3 / 2 + self.bytes();
        Cost { series: self.lines(), bytes }
    }
}

/// What a series' lines are made of, beside its numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    /// The family's name.
    pub(crate) name: &'a [u8],
    /// The series' own labels, without braces.
    pub(crate) labels: &'a [u8],
    /// The node's, each after a comma: `,job="envoy"`.
    pub(crate) node: &'a [u8],
}

/// A counter, a gauge, or an untyped number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scalar {
    pub(crate) mark: Mark,
    pub(crate) value: f64,
}

impl Mark {
    /// Of a series with that fingerprint, never written yet.
    pub(crate) fn new(sent: u64) -> Self {
        Self { sent, text_at: 0, text_len: 0, message: 0, second: 0 }
    }

    /// The labels stand there, in the family's texts.
    pub(crate) fn set_text(&mut self, text: Range<usize>) {
        // The budget for all texts is far below 4 GiB.
        (self.text_at, self.text_len) = (text.start as u32, text.len() as u32);
    }

    #[inline]
    pub(crate) fn text(&self) -> Range<usize> {
        let start = self.text_at as usize;
        start..start + self.text_len as usize
    }

    #[inline]
    pub(crate) fn is_shown(&self) -> bool {
        self.message != 0
    }
}

impl Line<'_> {
    /// Appends `name{labels,last}` and a space. `suffix` goes behind the name; `last` may be empty.
    #[inline]
    pub(crate) fn push(&self, out: &mut Vec<u8>, suffix: &[u8], last: &[u8]) {
        out.extend_from_slice(self.name);
        out.extend_from_slice(suffix);
        out.push(b'{');
        out.extend_from_slice(self.labels);
        // The node's labels begin with the comma that a series without labels does not need.
        out.extend_from_slice(if self.labels.is_empty() { &self.node[1..] } else { self.node });
        if !last.is_empty() {
            out.push(b',');
            out.extend_from_slice(last);
        }
        out.extend_from_slice(b"} ");
    }
}

impl Sample for Scalar {
    #[inline]
    fn mark(&self) -> &Mark {
        &self.mark
    }

    #[inline]
    fn mark_mut(&mut self) -> &mut Mark {
        &mut self.mark
    }

    fn begin_anew(&mut self) {
        self.value = 0.0;
    }

    fn lines(&self) -> usize {
        1
    }

    fn bytes(&self) -> usize {
        0
    }

    #[inline]
    fn render(&self, out: &mut Vec<u8>, line: &Line<'_>) {
        line.push(out, b"", b"");
        number::push(out, self.value);
        out.push(b'\n');
    }
}
