//! Groups lines into families, and rejects duplicates.

use std::collections::{HashMap, HashSet};

use crate::error::{ParseError, ParseErrorKind};
use crate::line::{self, Line};
use crate::model::{Exposition, Family, Kind, Sample};

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
