//! Which values share a cell: log-linear, 64 cells for each power of two.

/// Of 2: how many cells a power of two has.
const PRECISION: u32 = 6;

/// How many cells all of `u64` has.
pub(crate) const CELLS: usize = (65 - PRECISION as usize) << PRECISION;

/// The cell of a value.
#[inline]
pub(crate) fn index(value: u64) -> usize {
    let shift = 63 - PRECISION - (value | 1 << PRECISION).leading_zeros();
    ((shift as usize) << PRECISION) + (value >> shift) as usize
}

/// A cell's smallest and largest value.
pub(crate) fn bounds(index: usize) -> (u64, u64) {
    let shift = (index >> PRECISION).saturating_sub(1);
    let low = ((index - (shift << PRECISION)) as u64) << shift;
    (low, low + ((1 << shift) - 1))
}

/// What a cell's values are taken for: none is further away than 1/128 of itself.
pub(crate) fn middle(index: usize) -> u64 {
    let (low, high) = bounds(index);
    low + (high - low) / 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cells_follow_one_another_from_0_to_the_largest_value() {
        assert_eq!(bounds(0).0, 0);
        for cell in 1..CELLS {
            assert_eq!(bounds(cell).0, bounds(cell - 1).1 + 1, "cell {cell}");
        }
        assert_eq!(bounds(CELLS - 1).1, u64::MAX);
    }

    #[test]
    fn a_small_value_has_a_cell_of_its_own() {
        for value in 0..128 {
            assert_eq!((index(value), middle(index(value))), (value as usize, value));
        }
    }

    proptest! {
        #[test]
        fn a_value_is_in_its_cell_and_near_the_middle(bits in 0u32..64, value: u64) {
            let value = value >> bits;
            let (low, high) = bounds(index(value));
            prop_assert!(low <= value && value <= high);
            let off = u128::from(middle(index(value)).abs_diff(value));
            prop_assert!(off * 128 <= u128::from(value));
        }
    }
}
