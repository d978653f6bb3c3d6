//! Groups lines into families, and rejects duplicates.

use std::collections::{HashMap, HashSet};

use crate::line::{self, Line};
use crate::model::{Exposition, Family, Kind, Sample};

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

/// Parses a text in format 0.0.4, such as the body of a scrape.
///
/// # Errors
///
/// The first violation of the format, with its line. The text must end in a line feed, unless it is empty.
pub fn parse(text: &str) -> Result<Exposition, ParseError> {
    let mut families = FamilyBuilder::default();
    let mut number = 0;
    for line in text.split_inclusive('\n') {
        number += 1;
        let at_line = |kind| ParseError { line: number, kind };
        let line = line.strip_suffix('\n').ok_or_else(|| at_line(ParseErrorKind::Truncated))?;
        match line::parse(line).map_err(at_line)? {
            Line::Ignored => {}
            Line::Help { name, text } => families.help(name, text).map_err(at_line)?,
            Line::Type { name, kind } => families.kind(name, kind).map_err(at_line)?,
            Line::Sample(sample) => families.sample(sample, number).map_err(at_line)?,
        }
    }
    families.finish()
}

/// Adds lines to families, in the order of the text.
#[derive(Default)]
struct FamilyBuilder {
    exposition: Exposition,
    /// For each family, the line numbers of its samples.
    lines: HashMap<String, Vec<usize>>,
    /// Families with a `TYPE` line.
    typed: HashSet<String>,
    /// The family of the last line.
    current: String,
}

impl FamilyBuilder {
    fn help(&mut self, name: &str, text: String) -> Result<(), ParseErrorKind> {
        let family = self.enter(name)?;
        match family.help.replace(text) {
            None => Ok(()),
            Some(_) => Err(ParseErrorKind::DuplicateHelp(name.to_owned())),
        }
    }

    fn kind(&mut self, name: &str, kind: Kind) -> Result<(), ParseErrorKind> {
        let family = self.enter(name)?;
        let late = !family.samples.is_empty();
        family.kind = kind;
        if late || !self.typed.insert(name.to_owned()) {
            return Err(ParseErrorKind::MisplacedType(name.to_owned()));
        }
        Ok(())
    }

    fn sample(&mut self, sample: Sample, line: usize) -> Result<(), ParseErrorKind> {
        let family_name = self
            .exposition
            .family_of_sample(&sample.name)
            .map_or_else(|| sample.name.clone(), |family| family.name.clone());
        let family = self.enter(&family_name)?;
        check_sample(family, &sample)?;
        family.samples.push(sample);
        self.lines.entry(family_name).or_default().push(line);
        Ok(())
    }

    /// Makes the family the current one. A family may not become the current one twice.
    fn enter(&mut self, name: &str) -> Result<&mut Family, ParseErrorKind> {
        if self.current != name {
            if self.exposition.families.contains_key(name) {
                return Err(ParseErrorKind::SplitFamily(name.to_owned()));
            }
            name.clone_into(&mut self.current);
        }
        Ok(self.exposition.families.entry(name.to_owned()).or_insert_with(|| Family {
            name: name.to_owned(),
            kind: Kind::Untyped,
            help: None,
            samples: Vec::new(),
        }))
    }

    fn finish(mut self) -> Result<Exposition, ParseError> {
        for family in self.exposition.families.values_mut() {
            let lines = self.lines.remove(&family.name).unwrap_or_default();
            let mut numbered: Vec<_> = family.samples.drain(..).zip(lines).collect();
            numbered.sort_by(|(a, _), (b, _)| a.key().cmp(&b.key()));
            if let Some(pair) = numbered.windows(2).find(|pair| pair[0].0.key() == pair[1].0.key()) {
                let (sample, line) = &pair[1];
                return Err(ParseError {
                    line: *line,
                    kind: ParseErrorKind::DuplicateSeries(sample.to_string()),
                });
            }
            family.samples = numbered.into_iter().map(|(sample, _)| sample).collect();
        }
        Ok(self.exposition)
    }
}

fn check_sample(family: &Family, sample: &Sample) -> Result<(), ParseErrorKind> {
    let suffix = &sample.name[family.name.len()..];
    if !family.kind.allows_suffix(suffix) {
        return Err(ParseErrorKind::UnexpectedSample {
            family: family.name.clone(),
            kind: family.kind,
            sample: sample.name.clone(),
        });
    }
    let label = match (family.kind, suffix) {
        (Kind::Histogram, "_bucket") => "le",
        (Kind::Summary, "") => "quantile",
        _ => return Ok(()),
    };
    let is_number = |text: &str| text.parse::<f64>().is_ok();
    if sample.labels.get(label).is_some_and(is_number) {
        Ok(())
    } else {
        Err(ParseErrorKind::InvalidBound { series: sample.to_string(), label })
    }
}
