//! Log-linear value buckets: 64 for each power of two.

/// Logarithm to base 2 of the number of buckets for each power of two.
const PRECISION_BITS: u32 = 6;

/// Number of buckets that cover all of `u64`.
pub(crate) const BUCKETS: usize = (65 - PRECISION_BITS as usize) << PRECISION_BITS;

/// The index of a value's bucket.
#[inline]
pub(crate) fn bucket(value: u64) -> usize {
    let shift = 63 - PRECISION_BITS - (value | 1 << PRECISION_BITS).leading_zeros();
    ((shift as usize) << PRECISION_BITS) + (value >> shift) as usize
}

/// A bucket's smallest and largest value.
pub(crate) fn bounds(bucket: usize) -> (u64, u64) {
    let shift = (bucket >> PRECISION_BITS).saturating_sub(1);
    let low = ((bucket - (shift << PRECISION_BITS)) as u64) << shift;
    (low, low + ((1 << shift) - 1))
}

/// The estimate for all values of a bucket; it differs from each by at most 1/128 of the value.
pub(crate) fn midpoint(bucket: usize) -> u64 {
    let (low, high) = bounds(bucket);
    low + (high - low) / 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn buckets_are_contiguous_from_0_to_the_largest_value() {
        assert_eq!(bounds(0).0, 0);
        for bucket in 1..BUCKETS {
            assert_eq!(bounds(bucket).0, bounds(bucket - 1).1 + 1, "bucket {bucket}");
        }
        assert_eq!(bounds(BUCKETS - 1).1, u64::MAX);
    }

    #[test]
    fn a_value_below_128_has_a_bucket_of_its_own() {
        for value in 0..128 {
            assert_eq!((bucket(value), midpoint(bucket(value))), (value as usize, value));
        }
    }

    proptest! {
        #[test]
        fn a_value_is_within_its_bucket_and_near_the_midpoint(bits in 0u32..64, value: u64) {
            let value = value >> bits;
            let (low, high) = bounds(bucket(value));
            prop_assert!(low <= value && value <= high);
            let error = u128::from(midpoint(bucket(value)).abs_diff(value));
            prop_assert!(error * 128 <= u128::from(value));
        }
    }
}
