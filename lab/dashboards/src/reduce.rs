//! Calculations that make one number of a series, as legends, stats and gauges show it.

use serde::Serialize;

use crate::read::Object;

/// A calculation. A missing value is none, and not counted but by `count`; NaN is a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Calc {
    /// The last, missing or not.
    Last,
    /// The last that is there.
    LastNotNull,
    /// The first, missing or not.
    First,
    /// The first that is there.
    FirstNotNull,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The average.
    Mean,
    /// All together.
    Sum,
    /// How many points, missing ones too.
    Count,
    /// From the smallest to the largest.
    Range,
    /// From the first to the last.
    Diff,
    /// The same as a share of the first.
    #[serde(rename = "diffperc")]
    DiffPerc,
    /// What a counter grew by, its resets left out.
    Delta,
    /// The smallest difference from one to the next.
    Step,
    /// The smallest above zero.
    #[serde(rename = "logmin")]
    LogMin,
    /// The average square of the distance from the mean.
    Variance,
    /// Its root.
    StdDev,
    /// How often it changes.
    ChangeCount,
    /// How many different values.
    DistinctCount,
}

/// Names as they stand in files, older spellings too.
pub(crate) const CALCS: [(&str, Calc); 22] = [
    ("last", Calc::Last),
    ("lastNotNull", Calc::LastNotNull),
    ("current", Calc::LastNotNull),
    ("first", Calc::First),
    ("firstNotNull", Calc::FirstNotNull),
    ("min", Calc::Min),
    ("max", Calc::Max),
    ("mean", Calc::Mean),
    ("avg", Calc::Mean),
    ("sum", Calc::Sum),
    ("total", Calc::Sum),
    ("count", Calc::Count),
    ("range", Calc::Range),
    ("diff", Calc::Diff),
    ("diffperc", Calc::DiffPerc),
    ("delta", Calc::Delta),
    ("step", Calc::Step),
    ("logmin", Calc::LogMin),
    ("variance", Calc::Variance),
    ("stdDev", Calc::StdDev),
    ("changeCount", Calc::ChangeCount),
    ("distinctCount", Calc::DistinctCount),
];

impl Calc {
    /// The calculation of that name.
    pub fn of(name: &str) -> Option<Self> {
        CALCS.iter().find(|(known, _)| *known == name).map(|(_, calc)| *calc)
    }

    /// Calculates. Nothing if there is nothing to calculate with.
    pub fn reduce(self, values: &[Option<f64>]) -> Option<f64> {
        let mut there = values.iter().copied().flatten();
        match self {
            Self::Last => values.last().copied().flatten(),
            Self::LastNotNull => there.next_back(),
            Self::First => values.first().copied().flatten(),
            Self::FirstNotNull => there.next(),
            Self::Min => extreme(there, |value, least| value < least),
            Self::Max => extreme(there, |value, most| value > most),
            Self::Mean => there.next().is_some().then(|| mean(values)),
            Self::Sum => Some(there.sum()),
            Self::Count => Some(values.len() as f64),
            Self::Range => Some(Self::Max.reduce(values)? - Self::Min.reduce(values)?),
            Self::Diff => Some(Self::LastNotNull.reduce(values)? - Self::FirstNotNull.reduce(values)?),
            Self::DiffPerc => Some(Self::Diff.reduce(values)? / Self::FirstNotNull.reduce(values)?),
            Self::Delta => Some(grown(values)),
            Self::Step => extreme(steps(values).into_iter(), |value, least| value < least),
            Self::LogMin => extreme(there.filter(|value| *value > 0.0), |value, least| value < least),
            Self::Variance => variance(values),
            Self::StdDev => variance(values).map(f64::sqrt),
            Self::ChangeCount => {
                let there: Vec<f64> = there.collect();
                Some(there.windows(2).filter(|pair| pair[0] != pair[1]).count() as f64)
            }
            Self::DistinctCount => {
                // Zero is zero with either sign.
                let mut bits: Vec<u64> = there.map(|value| (value + 0.0).to_bits()).collect();
                bits.sort_unstable();
                bits.dedup();
                Some(bits.len() as f64)
            }
        }
    }
}

/// Calculations by name; one that is not known is named, and left out.
pub(crate) fn read_calcs(object: &Object<'_>) -> Vec<Calc> {
    let names = object.texts("calcs");
    if names.iter().any(|name| Calc::of(name).is_none()) {
        object.reject("calcs");
    }
    names.into_iter().filter_map(Calc::of).collect()
}

/// NaN is never an extreme.
fn extreme(values: impl Iterator<Item = f64>, beats: impl Fn(f64, f64) -> bool) -> Option<f64> {
    values.filter(|value| !value.is_nan()).reduce(|best, value| if beats(value, best) { value } else { best })
}

fn mean(values: &[Option<f64>]) -> f64 {
    let there = values.iter().flatten();
    there.clone().sum::<f64>() / there.count() as f64
}

fn variance(values: &[Option<f64>]) -> Option<f64> {
    let mean = mean(values);
    let squares: Vec<f64> = values.iter().flatten().map(|value| (value - mean).powi(2)).collect();
    (!squares.is_empty()).then(|| squares.iter().sum::<f64>() / squares.len() as f64)
}

fn steps(values: &[Option<f64>]) -> Vec<f64> {
    let there: Vec<f64> = values.iter().copied().flatten().collect();
    there.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// After a reset the next increment counts from zero, as Grafana has it.
fn grown(values: &[Option<f64>]) -> f64 {
    let mut there = values.iter().copied().enumerate().filter_map(|(at, value)| Some((at, value?)));
    let Some((_, mut before)) = there.next() else { return 0.0 };
    let (mut grown, mut rose) = (0.0, true);
    for (at, value) in there {
        if before > value {
            rose = false;
            if at + 1 == values.len() {
                grown += value;
            }
        } else {
            grown += if rose { value - before } else { value };
            rose = true;
        }
        before = value;
    }
    grown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(values: &[Option<f64>]) -> Vec<Option<f64>> {
        use Calc::*;
        [Last, LastNotNull, First, FirstNotNull, Min, Max, Mean, Sum, Count, Range, Diff]
            .map(|calc| calc.reduce(values))
            .to_vec()
    }

    #[test]
    fn missing_values_are_left_out_but_counted() {
        let values = [None, Some(4.0), Some(2.0), Some(6.0), None];
        let [last, first] = [None, None];
        let numbers = [4.0, 2.0, 6.0, 4.0, 12.0, 5.0, 4.0, 2.0].map(Some);
        let [first_there, min, max, mean, sum, count, range, diff] = numbers;
        assert_eq!(
            all(&values),
            [last, Some(6.0), first, first_there, min, max, mean, sum, count, range, diff]
        );
        assert_eq!(Calc::DiffPerc.reduce(&values), Some(0.5));
        assert_eq!(Calc::Step.reduce(&values), Some(-2.0));
        assert_eq!(
            (Calc::ChangeCount.reduce(&values), Calc::DistinctCount.reduce(&values)),
            (Some(2.0), Some(3.0))
        );
    }

    #[test]
    fn nothing_gives_nothing_but_zero_points() {
        for calc in CALCS.map(|(_, calc)| calc) {
            let of_nothing = calc.reduce(&[]);
            let is_zero = [Calc::Sum, Calc::Count, Calc::Delta, Calc::ChangeCount, Calc::DistinctCount];
            assert_eq!(of_nothing, is_zero.contains(&calc).then_some(0.0), "{calc:?}");
        }
    }

    #[test]
    fn nan_is_a_value_but_no_extreme() {
        let values = [Some(1.0), Some(f64::NAN)];
        assert!(Calc::LastNotNull.reduce(&values).unwrap().is_nan());
        assert!(Calc::Mean.reduce(&values).unwrap().is_nan());
        assert_eq!((Calc::Min.reduce(&values), Calc::Max.reduce(&values)), (Some(1.0), Some(1.0)));
    }

    #[test]
    fn a_counter_that_was_reset_has_grown_by_what_came_after() {
        let delta = |values: &[f64]| {
            Calc::Delta.reduce(&values.iter().map(|value| Some(*value)).collect::<Vec<_>>()).unwrap()
        };
        assert_eq!(delta(&[1.0, 3.0, 6.0]), 5.0);
        assert_eq!(delta(&[5.0, 6.0, 2.0]), 3.0);
        assert_eq!(delta(&[5.0, 6.0, 2.0, 3.0]), 4.0);
    }
}
