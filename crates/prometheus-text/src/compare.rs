//! Two pages that should say the same, and where they do not.

use std::collections::BTreeSet;
use std::fmt;

use crate::model::{Exposition, Family, Kind, Labels, Sample, same_number};

/// One disagreement. Help texts and timestamps are not compared.
#[derive(Clone, Debug, PartialEq)]
pub enum Difference {
    /// A family is expected and not there.
    FamilyMissing(String),
    /// A family is there and not expected.
    FamilyExtra(String),
    /// A family has another type.
    Type {
        /// Its name.
        family: String,
        /// As expected.
        expected: Kind,
        /// As found.
        actual: Kind,
    },
    /// A series (name with labels) of a common family is expected and not there.
    SeriesMissing(String),
    /// A series of a common family is there and not expected.
    SeriesExtra(String),
    /// A series has a value outside what is expected.
    Value {
        /// Name and labels.
        series: String,
        /// The least and the greatest that are right.
        expected: (f64, f64),
        /// As found.
        actual: f64,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FamilyMissing(family) => write!(f, "family {family} is missing"),
            Self::FamilyExtra(family) => write!(f, "family {family} is not expected"),
            Self::Type { family, expected, actual } => {
                write!(f, "family {family} is a {actual}, not a {expected}")
            }
            Self::SeriesMissing(series) => write!(f, "series {series} is missing"),
            Self::SeriesExtra(series) => write!(f, "series {series} is not expected"),
            Self::Value { series, expected: (low, high), actual } if same_number(*low, *high) => {
                write!(f, "{series} is {actual}, not {low}")
            }
            Self::Value { series, expected: (low, high), actual } => {
                write!(f, "{series} is {actual}, not within {low} and {high}")
            }
        }
    }
}

/// Where `actual` differs from `expected`; empty if it does not.
///
/// Values are equal as numbers (NaN to NaN). Only a `_sum` may differ by 1e-9 of itself: it
/// depends on the order of additions.
#[must_use]
pub fn compare(expected: &Exposition, actual: &Exposition) -> Vec<Difference> {
    compare_between(expected, expected, actual)
}

/// Where `actual`, taken between two readings of a live page, cannot be right.
///
/// What both readings have must be there; what neither has may not. A counter, bucket, sum or count lies
/// between them; a gauge that is the same in both is the same, and any other is not judged.
#[must_use]
pub fn compare_between(before: &Exposition, after: &Exposition, actual: &Exposition) -> Vec<Difference> {
    let names: BTreeSet<&str> =
        [before, after, actual].into_iter().flat_map(Exposition::families).map(Family::name).collect();
    let mut differences = Vec::new();
    for name in names {
        let known = after.family(name).or_else(|| before.family(name));
        match (known, actual.family(name)) {
            (None, _) => differences.push(Difference::FamilyExtra(name.to_owned())),
            (Some(_), None) => {
                if before.family(name).is_some() && after.family(name).is_some() {
                    differences.push(Difference::FamilyMissing(name.to_owned()));
                }
            }
            (Some(known), Some(found)) if known.kind != found.kind => differences.push(Difference::Type {
                family: name.to_owned(),
                expected: known.kind,
                actual: found.kind,
            }),
            (Some(known), Some(found)) => {
                let before = before.family(name).map_or(&[][..], Family::samples);
                let after = after.family(name).map_or(&[][..], Family::samples);
                compare_series(known, [before, after, &found.samples], &mut differences);
            }
        }
    }
    differences
}

fn compare_series(family: &Family, pages: [&[Sample]; 3], differences: &mut Vec<Difference>) {
    let keys: BTreeSet<(&str, &Labels)> = pages.into_iter().flatten().map(Sample::key).collect();
    for key in keys {
        let [before, after, actual] = pages.map(|samples| find(samples, key));
        let named = |sample: &Sample| sample.to_string();
        match (before, after, actual) {
            (None, None, Some(actual)) => differences.push(Difference::SeriesExtra(named(actual))),
            (Some(before), Some(_), None) => differences.push(Difference::SeriesMissing(named(before))),
            (Some(before), Some(after), Some(actual)) if !agrees(family, before, after, actual) => {
                differences.push(Difference::Value {
                    series: named(actual),
                    expected: (before.value, after.value),
                    actual: actual.value,
                });
            }
            // It is right, or came or went between the readings.
            _ => {}
        }
    }
}

fn find<'a>(samples: &'a [Sample], key: (&str, &Labels)) -> Option<&'a Sample> {
    samples.binary_search_by(|sample| sample.key().cmp(&key)).ok().map(|index| &samples[index])
}

fn agrees(family: &Family, before: &Sample, after: &Sample, actual: &Sample) -> bool {
    let (low, high, value) = (before.value, after.value, actual.value);
    if same_number(low, value) && same_number(value, high) {
        return true;
    }
    let suffix = &actual.name[family.name.len()..];
    let slack = if suffix == "_sum" { 1e-9 * low.abs().max(high.abs()) } else { 0.0 };
    let rises = family.kind == Kind::Counter || !suffix.is_empty();
    if same_number(low, high) {
        (value - low).abs() <= slack
    } else {
        // A restart in between makes the readings fall: nothing can be said.
        !rises || low > high || (low - slack <= value && value <= high + slack)
    }
}
