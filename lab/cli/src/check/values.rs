//! Whether an answer is data that a panel can draw.

use evaluate::panel::PanelSeries;

/// Seconds that the newest value may be old while traffic flows: some scrapes.
pub(crate) const LIVE: f64 = 5.0;

/// What an answer holds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Finding {
    /// Series that hold at least one number.
    pub(super) series: usize,
    /// Series without any number (NaN throughout).
    pub(super) blank: usize,
    /// The newest number of the first series.
    pub(super) newest: f64,
}

/// Data is at least one series whose newest value is a number not older than `most` seconds, and no infinity anywhere.
///
/// NaN is "nothing to say" (a quantile of no calls): older points may be, and a series that is so throughout is only
/// counted; but when nothing else is there, the panel is empty.
pub(super) fn judge(answer: &[PanelSeries], most: f64) -> Result<Finding, String> {
    let mut finding = Finding::default();
    let mut newest = None;
    for PanelSeries { values, age_seconds } in answer {
        if values.iter().any(|value| value.is_infinite()) {
            return Err("an infinite value".into());
        }
        if values.iter().all(|value| value.is_nan()) {
            finding.blank += 1;
            continue;
        }
        finding.series += 1;
        let current = values.last().copied().filter(|value| value.is_finite() && *age_seconds <= most);
        newest = newest.or(current);
    }
    match newest {
        Some(newest) => Ok(Finding { newest, ..finding }),
        None if answer.is_empty() => Err("no data".into()),
        None if finding.series == 0 => Err("no number (NaN)".into()),
        None => Err("no number now, only older ones".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(series: &[&[f64]]) -> Result<Finding, String> {
        let drawn = series.iter().map(|values| PanelSeries { values: values.to_vec(), age_seconds: 0.0 });
        judge(&drawn.collect::<Vec<_>>(), LIVE)
    }

    #[test]
    fn numbers_are_data_and_zero_is_a_number() {
        let finding = of(&[&[f64::NAN, 0.0], &[1.0], &[f64::NAN]]).unwrap();
        assert_eq!(finding, Finding { series: 2, blank: 1, newest: 0.0 });
    }

    #[test]
    fn nothing_and_nan_and_infinity_are_not_data() {
        assert_eq!(of(&[]).unwrap_err(), "no data");
        assert_eq!(of(&[&[]]).unwrap_err(), "no number (NaN)");
        assert_eq!(of(&[&[1.0, f64::NAN]]).unwrap_err(), "no number now, only older ones");
        assert_eq!(of(&[&[1.0], &[f64::INFINITY, 1.0]]).unwrap_err(), "an infinite value");
    }

    #[test]
    fn a_series_that_has_ended_is_no_data_where_live_data_is_due() {
        let ended = [PanelSeries { values: vec![1.0], age_seconds: 30.0 }];
        assert_eq!(judge(&ended, LIVE).unwrap_err(), "no number now, only older ones");
        assert_eq!(judge(&ended, f64::INFINITY).unwrap().newest, 1.0);
    }
}
