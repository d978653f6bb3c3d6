//! Calculations that reduce a series to one number, for legends, stats and gauges.

use serde::Serialize;

use crate::read::Object;

/// A calculation. Only `Count`, `Last` and `First` consider missing values. NaN is not a missing value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Calc {
    /// Last value, possibly missing.
    Last,
    /// Last non-missing value.
    LastNotNull,
    /// First value, possibly missing.
    First,
    /// First non-missing value.
    FirstNotNull,
    /// Smallest value.
    Min,
    /// Largest value.
    Max,
    /// Arithmetic mean.
    Mean,
    /// Sum.
    Sum,
    /// Number of values, including missing ones.
    Count,
    /// Difference between the largest and the smallest value.
    Range,
    /// Difference between the last and the first value.
    Diff,
    /// `Diff` relative to the first value.
    #[serde(rename = "diffperc")]
    DiffPerc,
    /// Increase of a counter, taking resets into account.
    Delta,
    /// Smallest difference between neighbors.
    Step,
    /// Smallest positive value.
    #[serde(rename = "logmin")]
    LogMin,
    /// Variance of the population.
    Variance,
    /// Standard deviation of the population.
    StdDev,
    /// Number of changes between neighbors.
    ChangeCount,
    /// Number of distinct values.
    DistinctCount,
}

/// Names used in dashboard files, including older ones.
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
    /// Parses the name used in dashboard files.
    pub fn of(name: &str) -> Option<Self> {
        CALCS.iter().find(|(known, _)| *known == name).map(|(_, calc)| *calc)
    }

    /// Reduces values to one number. `None` if the calculation is undefined for them.
    pub fn reduce(self, values: &[Option<f64>]) -> Option<f64> {
        let mut present = values.iter().copied().flatten();
        match self {
            Self::Last => values.last().copied().flatten(),
            Self::LastNotNull => present.next_back(),
            Self::First => values.first().copied().flatten(),
            Self::FirstNotNull => present.next(),
            Self::Min => extreme(present, |value, least| value < least),
            Self::Max => extreme(present, |value, most| value > most),
            Self::Mean => present.next().is_some().then(|| mean(values)),
            Self::Sum => Some(present.sum()),
            Self::Count => Some(values.len() as f64),
            Self::Range => Some(Self::Max.reduce(values)? - Self::Min.reduce(values)?),
            Self::Diff => Some(Self::LastNotNull.reduce(values)? - Self::FirstNotNull.reduce(values)?),
            Self::DiffPerc => Some(Self::Diff.reduce(values)? / Self::FirstNotNull.reduce(values)?),
            Self::Delta => Some(increase(values)),
            Self::Step => extreme(steps(values).into_iter(), |value, least| value < least),
            Self::LogMin => extreme(present.filter(|value| *value > 0.0), |value, least| value < least),
            Self::Variance => variance(values),
            Self::StdDev => variance(values).map(f64::sqrt),
            Self::ChangeCount => {
                let present: Vec<f64> = present.collect();
                Some(present.windows(2).filter(|pair| pair[0] != pair[1]).count() as f64)
            }
            Self::DistinctCount => {
                // Adding 0.0 turns -0.0 into 0.0.
                let mut bits: Vec<u64> = present.map(|value| (value + 0.0).to_bits()).collect();
                bits.sort_unstable();
                bits.dedup();
                Some(bits.len() as f64)
            }
        }
    }
}

/// Reads the key `calcs`. Unknown calculations are recorded as unsupported and left out.
pub(crate) fn read_calcs(object: &Object<'_>) -> Vec<Calc> {
    let names = object.texts("calcs");
    if names.iter().any(|name| Calc::of(name).is_none()) {
        object.reject("calcs");
    }
    names.into_iter().filter_map(Calc::of).collect()
}

/// The extreme of the values, ignoring NaN.
fn extreme(values: impl Iterator<Item = f64>, beats: impl Fn(f64, f64) -> bool) -> Option<f64> {
    values.filter(|value| !value.is_nan()).reduce(|best, value| if beats(value, best) { value } else { best })
}

fn mean(values: &[Option<f64>]) -> f64 {
    let present = values.iter().flatten();
    present.clone().sum::<f64>() / present.count() as f64
}

fn variance(values: &[Option<f64>]) -> Option<f64> {
    let mean = mean(values);
    let squares: Vec<f64> = values.iter().flatten().map(|value| (value - mean).powi(2)).collect();
    (!squares.is_empty()).then(|| squares.iter().sum::<f64>() / squares.len() as f64)
}

fn steps(values: &[Option<f64>]) -> Vec<f64> {
    let present: Vec<f64> = values.iter().copied().flatten().collect();
    present.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// The increase of a counter. After a reset the next value counts from zero, as in Grafana.
fn increase(values: &[Option<f64>]) -> f64 {
    let mut present = values.iter().copied().enumerate().filter_map(|(at, value)| Some((at, value?)));
    let Some((_, mut before)) = present.next() else { return 0.0 };
    let (mut total, mut is_rising) = (0.0, true);
    for (at, value) in present {
        if before > value {
            is_rising = false;
            if at + 1 == values.len() {
                total += value;
            }
        } else {
            total += if is_rising { value - before } else { value };
            is_rising = true;
        }
        before = value;
    }
    total
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
    fn counts_missing_values_but_ignores_them_otherwise() {
        let values = [None, Some(4.0), Some(2.0), Some(6.0), None];
        let [last, first] = [None, None];
        let numbers = [4.0, 2.0, 6.0, 4.0, 12.0, 5.0, 4.0, 2.0].map(Some);
        let [first_present, min, max, mean, sum, count, range, diff] = numbers;
        assert_eq!(
            all(&values),
            [last, Some(6.0), first, first_present, min, max, mean, sum, count, range, diff]
        );
        assert_eq!(Calc::DiffPerc.reduce(&values), Some(0.5));
        assert_eq!(Calc::Step.reduce(&values), Some(-2.0));
        assert_eq!(
            (Calc::ChangeCount.reduce(&values), Calc::DistinctCount.reduce(&values)),
            (Some(2.0), Some(3.0))
        );
    }

    #[test]
    fn reduces_an_empty_series_to_none_or_zero() {
        for calc in CALCS.map(|(_, calc)| calc) {
            let of_empty = calc.reduce(&[]);
            let is_zero = [Calc::Sum, Calc::Count, Calc::Delta, Calc::ChangeCount, Calc::DistinctCount];
            assert_eq!(of_empty, is_zero.contains(&calc).then_some(0.0), "{calc:?}");
        }
    }

    #[test]
    fn treats_nan_as_a_value_but_not_as_an_extreme() {
        let values = [Some(1.0), Some(f64::NAN)];
        assert!(Calc::LastNotNull.reduce(&values).unwrap().is_nan());
        assert!(Calc::Mean.reduce(&values).unwrap().is_nan());
        assert_eq!((Calc::Min.reduce(&values), Calc::Max.reduce(&values)), (Some(1.0), Some(1.0)));
    }

    #[test]
    fn delta_counts_from_zero_after_a_reset() {
        let delta = |values: &[f64]| {
            Calc::Delta.reduce(&values.iter().map(|value| Some(*value)).collect::<Vec<_>>()).unwrap()
        };
        assert_eq!(delta(&[1.0, 3.0, 6.0]), 5.0);
        assert_eq!(delta(&[5.0, 6.0, 2.0]), 3.0);
        assert_eq!(delta(&[5.0, 6.0, 2.0, 3.0]), 4.0);
    }
}
