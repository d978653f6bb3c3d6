//! Lines to families: what belongs together, and what may stand only once.

use std::collections::{HashMap, HashSet};

use crate::line::{self, Line};
use crate::model::{Exposition, Family, Kind, Sample};

/// Where a page breaks the format, and how.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct ParseError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// A breach of the format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Problem {
    #[error("`{0}` is not a metric's name")]
    MetricName(String),
    #[error("`{0}` is not a label's name")]
    LabelName(String),
    #[error("label `{0}` has no quoted value")]
    LabelValue(String),
    #[error("label `{0}` stands twice")]
    LabelTwice(String),
    #[error("labels without a `,` between or a `}}` at the end")]
    LabelsOpen,
    #[error("`\\{0}` is not an escape sequence")]
    Escape(String),
    #[error("`{0}` is not a number")]
    Value(String),
    #[error("`{0}` is not a time in milliseconds")]
    Timestamp(String),
    #[error("unexpected `{0}` at the end")]
    Trailing(String),
    #[error("`{0}` is not a type; there are counter, gauge, histogram, summary, untyped")]
    Type(String),
    #[error("a second TYPE line for `{0}`, or one after its samples")]
    TypeLate(String),
    #[error("a second HELP line for `{0}`")]
    HelpTwice(String),
    #[error("`{0}` continues here after other families")]
    Split(String),
    #[error("series {0} stands twice")]
    SeriesTwice(String),
    #[error("`{sample}` cannot be a part of {kind} `{family}`")]
    Part { family: String, kind: Kind, sample: String },
    #[error("{0} needs a number in its label `{1}`")]
    Bound(String, &'static str),
    #[error("the last line has no line feed: the page may be cut off")]
    CutOff,
}

/// Reads a page.
///
/// # Errors
/// The first breach of the format, with its line.
pub fn parse(page: &str) -> Result<Exposition, ParseError> {
    let mut reader = Reader::default();
    let mut line = 0;
    for text in page.split_inclusive('\n') {
        line += 1;
        let at_line = |problem| ParseError { line, problem };
        let text = text.strip_suffix('\n').ok_or_else(|| at_line(Problem::CutOff))?;
        match line::read(text).map_err(at_line)? {
            Line::Nothing => {}
            Line::Help { name, text } => reader.help(name, text).map_err(at_line)?,
            Line::Type { name, kind } => reader.kind(name, kind).map_err(at_line)?,
            Line::Sample(sample) => reader.sample(sample, line).map_err(at_line)?,
        }
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    page: Exposition,
    /// The lines of the families' samples, as the samples still stand in the page's order.
    lines: HashMap<String, Vec<usize>>,
    typed: HashSet<String>,
    current: String,
}

impl Reader {
    fn help(&mut self, name: &str, text: String) -> Result<(), Problem> {
        let family = self.enter(name)?;
        match family.help.replace(text) {
            None => Ok(()),
            Some(_) => Err(Problem::HelpTwice(name.to_owned())),
        }
    }

    fn kind(&mut self, name: &str, kind: Kind) -> Result<(), Problem> {
        let family = self.enter(name)?;
        let late = !family.samples.is_empty();
        family.kind = kind;
        if late || !self.typed.insert(name.to_owned()) {
            return Err(Problem::TypeLate(name.to_owned()));
        }
        Ok(())
    }

    fn sample(&mut self, sample: Sample, line: usize) -> Result<(), Problem> {
        let known = self
            .page
            .family_of_sample(&sample.name)
            .map_or_else(|| sample.name.clone(), |family| family.name.clone());
        let family = self.enter(&known)?;
        check_part(family, &sample)?;
        family.samples.push(sample);
        self.lines.entry(known).or_default().push(line);
        Ok(())
    }

    /// The family to which the next lines belong. One that was left may not be entered again.
    fn enter(&mut self, name: &str) -> Result<&mut Family, Problem> {
        if self.current != name {
            if self.page.families.contains_key(name) {
                return Err(Problem::Split(name.to_owned()));
            }
            name.clone_into(&mut self.current);
        }
        Ok(self.page.families.entry(name.to_owned()).or_insert_with(|| Family {
            name: name.to_owned(),
            kind: Kind::Untyped,
            help: None,
            samples: Vec::new(),
        }))
    }

    fn finish(mut self) -> Result<Exposition, ParseError> {
        for family in self.page.families.values_mut() {
            let lines = self.lines.remove(&family.name).unwrap_or_default();
            let mut numbered: Vec<_> = family.samples.drain(..).zip(lines).collect();
            numbered.sort_by(|(a, _), (b, _)| a.key().cmp(&b.key()));
            if let Some(pair) = numbered.windows(2).find(|pair| pair[0].0.key() == pair[1].0.key()) {
                let (sample, line) = &pair[1];
                return Err(ParseError { line: *line, problem: Problem::SeriesTwice(sample.to_string()) });
            }
            family.samples = numbered.into_iter().map(|(sample, _)| sample).collect();
        }
        Ok(self.page)
    }
}

fn check_part(family: &Family, sample: &Sample) -> Result<(), Problem> {
    let suffix = &sample.name[family.name.len()..];
    if !family.kind.has_part(suffix) {
        return Err(Problem::Part {
            family: family.name.clone(),
            kind: family.kind,
            sample: sample.name.clone(),
        });
    }
    let bound = match (family.kind, suffix) {
        (Kind::Histogram, "_bucket") => "le",
        (Kind::Summary, "") => "quantile",
        _ => return Ok(()),
    };
    let is_number = |text: &str| text.parse::<f64>().is_ok();
    if sample.labels.get(bound).is_some_and(is_number) {
        Ok(())
    } else {
        Err(Problem::Bound(sample.to_string(), bound))
    }
}
