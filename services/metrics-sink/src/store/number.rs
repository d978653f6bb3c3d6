//! Formats numbers for the Prometheus text format.

use std::fmt::Write as _;
use std::io::Write as _;

/// 2^53: doubles represent all integers up to here exactly.
const MAX_EXACT_INTEGER: f64 = 9_007_199_254_740_992.0;

/// Appends `value`: an integer in decimal digits, as Envoy does; any other number as the shortest text that parses to
/// the same double.
#[inline]
pub(crate) fn push_value(out: &mut Vec<u8>, value: f64) {
    let integer = value as i64;
    // Comparing bits excludes -0, whose sign an integer would lose.
    if value.abs() <= MAX_EXACT_INTEGER && (integer as f64).to_bits() == value.to_bits() {
        out.extend_from_slice(itoa::Buffer::new().format(integer).as_bytes());
    } else {
        push_non_integer(out, value);
    }
}

#[inline]
pub(crate) fn push_count(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends a bucket's upper bound formatted like C's `%.32g`. Envoy does the same, and the digits are part of the label
/// `le`, so they must be equal.
pub(crate) fn push_bound(out: &mut String, bound: f64) {
    const SIGNIFICANT_DIGITS: i32 = 32;
    let scientific = format!("{bound:.31e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        out.push_str(&scientific.replace("inf", "Inf"));
        return;
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..SIGNIFICANT_DIGITS).contains(&exponent) {
        let fixed = format!("{bound:.*}", (SIGNIFICANT_DIGITS - 1 - exponent) as usize);
        out.push_str(trim_trailing_zeros(&fixed));
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(out, "{}e{sign}{:02}", trim_trailing_zeros(mantissa), exponent.abs());
    }
}

fn trim_trailing_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

fn push_non_integer(out: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        out.extend_from_slice(b"NaN");
    } else if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"+Inf" } else { b"-Inf" });
    } else {
        // `Debug` switches to exponents for very large and very small numbers; `Display` does not.
        let _ = write!(out, "{value:?}");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(value: f64) -> String {
        let mut out = Vec::new();
        push_value(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn formats_numbers_as_envoy_does() {
        assert_eq!(text(0.0), "0");
        assert_eq!(text(42.0), "42");
        assert_eq!(text(-3.0), "-3");
        assert_eq!(text(MAX_EXACT_INTEGER), "9007199254740992");
        assert_eq!(text(0.5), "0.5");
        assert_eq!(text(f64::NAN), "NaN");
        assert_eq!(text(f64::INFINITY), "+Inf");
        assert_eq!(text(f64::NEG_INFINITY), "-Inf");
        assert_eq!(text(1e300), "1e300");
        assert_eq!(text(18_446_744_073_709_551_615.0).parse::<f64>().unwrap(), u64::MAX as f64);
    }

    #[test]
    fn formats_bounds_as_envoy_does() {
        for (bound, text) in [
            (0.5, "0.5"),
            (1.0, "1"),
            (3_600_000.0, "3600000"),
            (0.1, "0.10000000000000000555111512312578"),
            (2.5, "2.5"),
            (0.00001, "1.0000000000000000818030539140313e-05"),
            (1e32, "1.0000000000000000536616220439347e+32"),
            (-0.25, "-0.25"),
            (f64::NEG_INFINITY, "-Inf"),
        ] {
            let mut out = String::new();
            push_bound(&mut out, bound);
            assert_eq!(out, text);
        }
    }

    proptest! {
        #[test]
        fn every_double_round_trips(bits: u64) {
            let value = f64::from_bits(bits);
            let parsed: f64 = text(value).parse().unwrap();
            prop_assert!(parsed.to_bits() == value.to_bits() || (parsed.is_nan() && value.is_nan()));
        }

        #[test]
        fn every_integer_round_trips(integer: i64) {
            let value = integer as f64;
            prop_assert_eq!(text(value).parse::<f64>().unwrap(), value);
        }
    }
}
