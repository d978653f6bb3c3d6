//! Whether the result of a query has data that a panel can draw.

use evaluate::panel::PanelSeries;

use crate::table::Failure;

/// Maximum age of the last value under load: a few scrapes.
pub(super) const MAX_AGE_SECONDS: f64 = 5.0;

/// The data in a result.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Finding {
    /// Number of series with at least one number.
    pub(super) series: usize,
    /// Number of series that contain only NaN.
    pub(super) empty: usize,
    /// The last number of the first series.
    pub(super) newest: f64,
}

/// Checks that at least one series has a last value that is a number and at most `max_age_seconds` old, and that no value is
/// infinite.
///
/// NaN means no data (such as a quantile without calls): older points may be NaN, and so may whole series, as long as there
/// is another one.
pub(super) fn evaluate(series: &[PanelSeries], max_age_seconds: f64) -> Result<Finding, Failure> {
    let mut finding = Finding::default();
    let mut newest = None;
    for PanelSeries { values, age_seconds } in series {
        if values.iter().any(|value| value.is_infinite()) {
            return Err("an infinite value".into());
        }
        if values.iter().all(|value| value.is_nan()) {
            finding.empty += 1;
            continue;
        }
        finding.series += 1;
        let current =
            values.last().copied().filter(|value| value.is_finite() && *age_seconds <= max_age_seconds);
        newest = newest.or(current);
    }
    match newest {
        Some(newest) => Ok(Finding { newest, ..finding }),
        None if series.is_empty() => Err("no data".into()),
        None if finding.series == 0 => Err("no number (NaN)".into()),
        None => Err("no current number, only older ones".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluated(series: &[&[f64]]) -> Result<Finding, Failure> {
        let series = series.iter().map(|values| PanelSeries { values: values.to_vec(), age_seconds: 0.0 });
        evaluate(&series.collect::<Vec<_>>(), MAX_AGE_SECONDS)
    }

    #[test]
    fn zero_is_data() {
        let finding = evaluated(&[&[f64::NAN, 0.0], &[1.0], &[f64::NAN]]).unwrap();
        assert_eq!(finding, Finding { series: 2, empty: 1, newest: 0.0 });
    }

    #[test]
    fn nan_and_infinity_are_not_data() {
        assert_eq!(evaluated(&[]).unwrap_err().to_string(), "no data");
        assert_eq!(evaluated(&[&[]]).unwrap_err().to_string(), "no number (NaN)");
        assert_eq!(
            evaluated(&[&[1.0, f64::NAN]]).unwrap_err().to_string(),
            "no current number, only older ones"
        );
        assert_eq!(evaluated(&[&[1.0], &[f64::INFINITY, 1.0]]).unwrap_err().to_string(), "an infinite value");
    }

    #[test]
    fn a_series_that_has_ended_is_not_current_data() {
        let ended = [PanelSeries { values: vec![1.0], age_seconds: 30.0 }];
        assert_eq!(
            evaluate(&ended, MAX_AGE_SECONDS).unwrap_err().to_string(),
            "no current number, only older ones"
        );
        assert_eq!(evaluate(&ended, f64::INFINITY).unwrap().newest, 1.0);
    }
}
