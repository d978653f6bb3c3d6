//! The upper bounds of a histogram's buckets.

/// Bucket bounds must be finite, above zero, and strictly ascending.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("bucket bounds must be seconds above 0, strictly ascending: {0:?}")]
pub struct BucketsError(pub Vec<f64>);

/// Upper bounds of a histogram's buckets in seconds, ascending; the `+Inf` bucket is implied.
///
/// The default is what Go's Prometheus client has: 5 ms to 10 s in eleven steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Buckets(Vec<f64>);

impl Buckets {
    /// Buckets of these bounds, in seconds. They are checked when a histogram is made.
    pub fn new(bounds: impl Into<Vec<f64>>) -> Self {
        Self(bounds.into())
    }

    /// The default's bounds, four more below them from 250 µs on, and three between 1 s and 2.5 s: for calls that end
    /// within a millisecond or two, or at a deadline of a second or two. Queries for the default's bounds still hold.
    #[must_use]
    pub fn finer() -> Self {
        let Self(mut bounds) = Self::default();
        bounds.extend([0.000_25, 0.000_5, 0.001, 0.002_5, 1.25, 1.5, 2.0]);
        bounds.sort_by(f64::total_cmp);
        Self(bounds)
    }

    /// The bounds without a closing `+Inf`, or why they cannot be buckets.
    pub(crate) fn checked(mut self) -> Result<Vec<f64>, BucketsError> {
        if self.0.last() == Some(&f64::INFINITY) {
            self.0.pop();
        }
        let ascending = self.0.windows(2).all(|pair| pair[0] < pair[1]);
        let positive = self.0.iter().all(|bound| bound.is_finite() && *bound > 0.0);
        if self.0.is_empty() || !ascending || !positive {
            return Err(BucketsError(self.0));
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
    fn finer_buckets_hold_the_defaults_bounds_too() {
        let finer = Buckets::finer().checked().unwrap();
        assert_eq!(finer[..5], [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005]);
        let default = Buckets::default().checked().unwrap();
        assert!(default.iter().all(|bound| finer.contains(bound)));
        assert_eq!(finer.len(), default.len() + 7);
    }

    #[test]
    fn a_closing_infinity_is_implied() {
        assert_eq!(Buckets::new([0.1, f64::INFINITY]).checked().unwrap(), [0.1]);
    }

    #[test]
    fn bounds_must_be_positive_and_ascend() {
        for bounds in [vec![], vec![0.0, 1.0], vec![-1.0], vec![2.0, 1.0], vec![1.0, 1.0], vec![f64::NAN]] {
            assert!(Buckets::new(bounds).checked().is_err());
        }
    }
}
