//! Durations in the format of Grafana and Prometheus: `1s`, `5m`, `1h30m`, `250ms`.

use std::time::Duration;

use crate::Unsupported;

/// Parses a duration. Grafana's prefix `>` for a minimum is accepted.
///
/// # Errors
///
/// Returns an error if the text is not a duration.
pub fn parse(text: &str) -> Result<Duration, Unsupported> {
    let error = || Unsupported(format!("duration {text:?}"));
    let mut rest = text.trim().trim_start_matches('>');
    if rest.is_empty() {
        return Err(error());
    }
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
        let count: u64 = rest[..digits].parse().map_err(|_| error())?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let millis = match &rest[..letters] {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            "y" => 31_536_000_000,
            _ => return Err(error()),
        };
        total = total.saturating_add(Duration::from_millis(count.saturating_mul(millis)));
        rest = &rest[letters..];
    }
    Ok(total)
}

/// Parses `now` or `now-DURATION` into the distance from now.
///
/// # Errors
///
/// Returns an error for any other text.
pub fn parse_before_now(text: &str) -> Result<Duration, Unsupported> {
    match text.trim().strip_prefix("now") {
        Some("") => Ok(Duration::ZERO),
        Some(rest) if rest.starts_with('-') => parse(&rest[1..]),
        _ => Err(Unsupported(format!("time {text:?} (supported: `now` and `now-DURATION`)"))),
    }
}

/// Formats a duration for `PromQL`, as a whole number of the largest possible unit.
pub fn format(duration: Duration) -> String {
    let millis = duration.as_millis();
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")];
    let whole = units.iter().find(|(size, _)| millis >= *size && millis.is_multiple_of(*size));
    whole.map_or_else(|| format!("{millis}ms"), |(size, unit)| format!("{}{unit}", millis / size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_and_formats_durations() {
        for (text, millis) in
            [("250ms", 250), ("1s", 1000), (">5s", 5000), ("1h30m", 5_400_000), ("2d", 172_800_000)]
        {
            assert_eq!(parse(text).unwrap().as_millis(), millis, "{text}");
        }
        for text in ["", "5", "m", "5 m", "5q", "-5s"] {
            assert!(parse(text).is_err(), "{text:?}");
        }
        assert_eq!(format(Duration::from_millis(1500)), "1500ms");
        assert_eq!(format(Duration::from_secs(90)), "90s");
        assert_eq!(format(Duration::from_secs(7200)), "2h");
    }

    #[test]
    fn accepts_now_minus_a_duration_only() {
        assert_eq!(parse_before_now("now").unwrap(), Duration::ZERO);
        assert_eq!(parse_before_now("now-5m").unwrap(), Duration::from_secs(300));
        assert!(parse_before_now("now-1d/d").is_err());
        assert!(parse_before_now("2026-01-01").is_err());
    }
}
