//! Violations of the format.

use crate::model::Kind;

/// A text that violates the format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {kind}")]
#[non_exhaustive]
pub struct ParseError {
    /// The line's number, counted from 1.
    pub line: usize,
    /// The violation.
    pub kind: ParseErrorKind,
}

/// A violation of the format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// The name of a sample or of a `HELP` or `TYPE` line is not a metric name.
    #[error("`{0}` is not a valid metric name")]
    InvalidMetricName(String),
    /// The name of a label is not a label name.
    #[error("`{0}` is not a valid label name")]
    InvalidLabelName(String),
    /// The label has no value, or its value is not quoted.
    #[error("label `{0}` has no quoted value")]
    MissingLabelValue(String),
    /// A sample has the label twice.
    #[error("duplicate label `{0}`")]
    DuplicateLabel(String),
    /// A label is followed by neither a comma nor a brace.
    #[error("expected `,` or `}}` after a label")]
    UnterminatedLabels,
    /// A backslash is followed by a character that has no escape sequence there.
    #[error("`\\{0}` is not a valid escape sequence")]
    InvalidEscape(String),
    /// A sample's value is missing or not a number.
    #[error("`{0}` is not a number")]
    InvalidValue(String),
    /// A sample's timestamp is not an integer.
    #[error("`{0}` is not a timestamp in milliseconds")]
    InvalidTimestamp(String),
    /// A line continues after its last element.
    #[error("unexpected `{0}` at the end of the line")]
    TrailingText(String),
    /// A `TYPE` line declares a type that the format does not have.
    #[error("unknown type `{0}`: expected counter, gauge, histogram, summary or untyped")]
    UnknownType(String),
    /// A family has two `TYPE` lines, or one after its first sample.
    #[error("a second TYPE line for `{0}`, or one after its samples")]
    MisplacedType(String),
    /// A family has two `HELP` lines.
    #[error("a second HELP line for `{0}`")]
    DuplicateHelp(String),
    /// A line belongs to a family that other families separate from its earlier lines.
    #[error("the lines of `{0}` are not contiguous")]
    SplitFamily(String),
    /// Two samples have the same name and labels.
    #[error("duplicate series {0}")]
    DuplicateSeries(String),
    /// A sample's suffix does not occur in the family's type.
    #[error("`{sample}` is not a sample of {kind} `{family}`")]
    UnexpectedSample {
        /// The family's name.
        family: String,
        /// The family's type.
        kind: Kind,
        /// The sample's name.
        sample: String,
    },
    /// A bucket has no numeric `le`, or a quantile no numeric `quantile`.
    #[error("{series} needs a number in its label `{label}`")]
    InvalidBound {
        /// Name and labels of the series.
        series: String,
        /// The label's name.
        label: &'static str,
    },
    /// The last line does not end in a line feed.
    #[error("the last line has no line feed: the text may be truncated")]
    Truncated,
}
