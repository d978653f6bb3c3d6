//! Compares two expositions.

use std::collections::BTreeSet;
use std::fmt;

use crate::model::{Exposition, Family, Kind, Labels, Sample, same_number};

/// A difference between an expected and an actual exposition.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Difference {
    /// An expected family is missing; its name.
    FamilyMissing(String),
    /// A family is not expected; its name.
    FamilyExtra(String),
    /// A family has another type.
    Type {
        /// The family's name.
        family: String,
        /// The expected type.
        expected: Kind,
        /// The actual type.
        actual: Kind,
    },
    /// An expected series of a common family is missing; its name and labels.
    SeriesMissing(String),
    /// A series of a common family is not expected; its name and labels.
    SeriesExtra(String),
    /// A value is outside the expected range.
    Value {
        /// The series' name and labels.
        series: String,
        /// The smallest and the largest expected value.
        expected: (f64, f64),
        /// The actual value.
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
                write!(f, "{series} is {actual}, not between {low} and {high}")
            }
        }
    }
}

/// Returns the differences of `actual` from `expected`.
///
/// Values are compared as numbers; NaN equals NaN. A `_sum` may deviate by a factor of 1e-9, because it depends on the
/// order of additions. Help texts and timestamps are not compared.
#[must_use]
pub fn compare(expected: &Exposition, actual: &Exposition) -> Vec<Difference> {
    compare_between(expected, expected, actual)
}

/// Returns the differences of `actual` from two scrapes of the same target, taken before and after it.
///
/// - Families and series in both scrapes must be in `actual`; those in neither must not be.
/// - Counters, buckets, sums and counts must lie between the two scrapes, unless they were reset between them.
/// - A gauge that is equal in both scrapes must have that value. Other gauges are not compared.
///
/// See [`compare`] for the precision.
#[must_use]
pub fn compare_between(before: &Exposition, after: &Exposition, actual: &Exposition) -> Vec<Difference> {
    let names: BTreeSet<&str> =
        [before, after, actual].into_iter().flat_map(Exposition::families).map(Family::name).collect();
    let mut differences = Vec::new();
    for name in names {
        let expected = after.family(name).or_else(|| before.family(name));
        match (expected, actual.family(name)) {
            (None, _) => differences.push(Difference::FamilyExtra(name.to_owned())),
            (Some(_), None) => {
                if before.family(name).is_some() && after.family(name).is_some() {
                    differences.push(Difference::FamilyMissing(name.to_owned()));
                }
            }
            (Some(expected), Some(actual)) if expected.kind != actual.kind => {
                differences.push(Difference::Type {
                    family: name.to_owned(),
                    expected: expected.kind,
                    actual: actual.kind,
                });
            }
            (Some(expected), Some(actual)) => {
                let before = before.family(name).map_or(&[][..], Family::samples);
                let after = after.family(name).map_or(&[][..], Family::samples);
                compare_series(expected, [before, after, &actual.samples], &mut differences);
            }
        }
    }
    differences
}

fn compare_series(family: &Family, scrapes: [&[Sample]; 3], differences: &mut Vec<Difference>) {
    let keys: BTreeSet<(&str, &Labels)> = scrapes.into_iter().flatten().map(Sample::key).collect();
    for key in keys {
        let [before, after, actual] = scrapes.map(|samples| find(samples, key));
        match (before, after, actual) {
            (None, None, Some(actual)) => differences.push(Difference::SeriesExtra(actual.to_string())),
            (Some(before), Some(_), None) => differences.push(Difference::SeriesMissing(before.to_string())),
            (Some(before), Some(after), Some(actual)) if !is_within(family, before, after, actual) => {
                differences.push(Difference::Value {
                    series: actual.to_string(),
                    expected: (before.value, after.value),
                    actual: actual.value,
                });
            }
            // As expected, or the series appeared or disappeared between the scrapes.
            _ => {}
        }
    }
}

fn find<'a>(samples: &'a [Sample], key: (&str, &Labels)) -> Option<&'a Sample> {
    samples.binary_search_by(|sample| sample.key().cmp(&key)).ok().map(|index| &samples[index])
}

fn is_within(family: &Family, before: &Sample, after: &Sample, actual: &Sample) -> bool {
    let (low, high, value) = (before.value, after.value, actual.value);
    if same_number(low, value) && same_number(value, high) {
        return true;
    }
    let suffix = &actual.name[family.name.len()..];
    let tolerance = if suffix == "_sum" { 1e-9 * low.abs().max(high.abs()) } else { 0.0 };
    let is_cumulative = family.kind == Kind::Counter || !suffix.is_empty();
    if same_number(low, high) {
        (value - low).abs() <= tolerance
    } else {
        // A decrease is a reset between the scrapes, which allows any value.
        !is_cumulative || low > high || (low - tolerance <= value && value <= high + tolerance)
    }
}
