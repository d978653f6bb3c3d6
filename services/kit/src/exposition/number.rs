//! Canonical numbers of OpenMetrics.

use std::io::Write as _;

/// Appends a number as Go's `expfmt` does: the shortest digits that parse to the same double, with an exponent below 1e-4
/// and from 1e+06 on, and with `.0` if it would otherwise look like an integer. The values of the labels `le` and
/// `quantile` have this form in OpenMetrics.
pub fn push_float(out: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        out.extend_from_slice(b"NaN");
    } else if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"+Inf" } else { b"-Inf" });
    } else if value == 0.0 {
        out.extend_from_slice(b"0.0");
    } else if (1e-4..1e6).contains(&value.abs()) {
        // `Debug` writes the shortest digits, and `.0` after an integer.
        let _ = write!(out, "{value:?}");
    } else {
        let scientific = format!("{value:e}");
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
        let _ = write!(out, "{mantissa}e{sign}{digits:0>2}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_formatted_as_by_gos_expfmt() {
        for (value, expected) in [
            (0.0, "0.0"),
            (-0.0, "0.0"),
            (1.0, "1.0"),
            (-1.0, "-1.0"),
            (0.001, "0.001"),
            (0.0001, "0.0001"),
            (0.000_099, "9.9e-05"),
            (1e-10, "1e-10"),
            (0.1 + 0.2, "0.30000000000000004"),
            (10.0, "10.0"),
            (123_456.0, "123456.0"),
            (999_999.5, "999999.5"),
            (1e6, "1e+06"),
            (3_600_000.0, "3.6e+06"),
            (1_234_567.0, "1.234567e+06"),
            (1e10, "1e+10"),
            (1.5e300, "1.5e+300"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
        ] {
            let mut out = Vec::new();
            push_float(&mut out, value);
            assert_eq!(String::from_utf8(out).expect("ASCII"), expected);
        }
    }
}
