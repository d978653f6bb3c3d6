//! The upper bounds of a histogram's buckets.

/// The bucket bounds are invalid: they must be positive, finite and strictly ascending, and there must be at least one.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "bucket bounds must be positive seconds, finite and strictly ascending, at least one: got {bounds_seconds:?}"
)]
#[non_exhaustive]
pub struct BucketsError {
    /// The bounds, in seconds.
    pub bounds_seconds: Vec<f64>,
}

/// Upper bounds of a histogram's buckets in seconds, ascending. The `+Inf` bucket is implied.
///
/// The default is that of Go's Prometheus client: eleven bounds from 5 ms to 10 s.
#[derive(Clone, Debug, PartialEq)]
pub struct Buckets(Vec<f64>);

impl Buckets {
    /// Buckets with these upper bounds, in seconds. A trailing `+Inf` is allowed.
    ///
    /// The bounds are checked when a histogram is built from them, not here.
    pub fn new(bounds_seconds: impl Into<Vec<f64>>) -> Self {
        Self(bounds_seconds.into())
    }

    /// The default's bounds, four more from 250 µs to 2.5 ms, and 1.25, 1.5 and 2 s: for calls that take a millisecond
    /// or less, or end at a deadline of a second or two.
    ///
    /// Every bound of the default is among them, so queries for those bounds keep working.
    #[must_use]
    pub fn finer() -> Self {
        let Self(mut bounds) = Self::default();
        bounds.extend([0.000_25, 0.000_5, 0.001, 0.002_5, 1.25, 1.5, 2.0]);
        bounds.sort_by(f64::total_cmp);
        Self(bounds)
    }

    /// The bounds in seconds, without a trailing `+Inf`.
    pub(crate) fn checked(mut self) -> Result<Vec<f64>, BucketsError> {
        if self.0.last() == Some(&f64::INFINITY) {
            self.0.pop();
        }
        let ascending = self.0.windows(2).all(|pair| pair[0] < pair[1]);
        let positive = self.0.iter().all(|bound| bound.is_finite() && *bound > 0.0);
        if self.0.is_empty() || !ascending || !positive {
            return Err(BucketsError { bounds_seconds: self.0 });
        }
        Ok(self.0)
    }
}

impl Default for Buckets {
    fn default() -> Self {
        Self::new([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finer_buckets_include_the_default_bounds() {
        let finer = Buckets::finer().checked().unwrap();
        assert_eq!(finer[..5], [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005]);
        let default = Buckets::default().checked().unwrap();
        assert!(default.iter().all(|bound| finer.contains(bound)));
        assert_eq!(finer.len(), default.len() + 7);
    }

    #[test]
    fn a_trailing_infinity_is_implied() {
        assert_eq!(Buckets::new([0.1, f64::INFINITY]).checked().unwrap(), [0.1]);
    }

    #[test]
    fn rejects_bounds_that_are_not_positive_and_ascending() {
        for bounds in [vec![], vec![0.0, 1.0], vec![-1.0], vec![2.0, 1.0], vec![1.0, 1.0], vec![f64::NAN]] {
            assert!(Buckets::new(bounds).checked().is_err());
        }
    }
}
