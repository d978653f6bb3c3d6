//! Whether an answer is data that a panel can draw.

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

/// Data is at least one series whose newest value is a number, and no infinity anywhere.
///
/// NaN is "nothing to say" (a quantile of no calls): older points may be, and a series that is so throughout is only
/// counted; but when nothing else is there, the panel is empty.
pub(super) fn judge<'a>(answer: impl IntoIterator<Item = &'a [f64]>) -> Result<Finding, String> {
    let mut finding = Finding::default();
    let mut drawn = false;
    let mut any = false;
    for values in answer {
        any = true;
        if values.iter().any(|value| value.is_infinite()) {
            return Err("an infinite value".into());
        }
        if values.iter().all(|value| value.is_nan()) {
            finding.blank += 1;
            continue;
        }
        finding.series += 1;
        let newest = values.last().copied().filter(|value| value.is_finite());
        if let (Some(newest), false) = (newest, drawn) {
            drawn = true;
            finding.newest = newest;
        }
    }
    match (any, drawn) {
        (false, _) => Err("no data".into()),
        (true, false) => Err("no number (NaN)".into()),
        (true, true) => Ok(finding),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_data_and_zero_is_a_number() {
        let finding = judge([&[f64::NAN, 0.0][..], &[1.0][..], &[f64::NAN][..]]).unwrap();
        assert_eq!(finding, Finding { series: 2, blank: 1, newest: 0.0 });
    }

    #[test]
    fn nothing_and_nan_and_infinity_are_not_data() {
        assert_eq!(judge([]).unwrap_err(), "no data");
        assert_eq!(judge([&[][..]]).unwrap_err(), "no number (NaN)");
        assert_eq!(judge([&[1.0, f64::NAN][..]]).unwrap_err(), "no number (NaN)");
        assert_eq!(judge([&[1.0][..], &[f64::INFINITY, 1.0][..]]).unwrap_err(), "an infinite value");
    }
}
