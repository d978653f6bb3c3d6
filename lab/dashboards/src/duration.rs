//! Grafana's and Prometheus' durations: `1s`, `5m`, `1h30m`, `250ms`.

use std::time::Duration;

use crate::Unsupported;

/// Reads a duration; Grafana's `>` in front of a minimum is allowed.
pub fn parse(text: &str) -> Result<Duration, Unsupported> {
    let unknown = || Unsupported(format!("duration {text:?}"));
    let mut rest = text.trim().trim_start_matches('>');
    if rest.is_empty() {
        return Err(unknown());
    }
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(unknown)?;
        let count: u64 = rest[..digits].parse().map_err(|_| unknown())?;
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
            _ => return Err(unknown()),
        };
        total += Duration::from_millis(count.saturating_mul(millis));
        rest = &rest[letters..];
    }
    Ok(total)
}

/// Reads `now` or `now-DURATION` as a time before now.
pub fn parse_before_now(text: &str) -> Result<Duration, Unsupported> {
    match text.trim().strip_prefix("now") {
        Some("") => Ok(Duration::ZERO),
        Some(rest) if rest.starts_with('-') => parse(&rest[1..]),
        _ => Err(Unsupported(format!("time {text:?} (known are `now` and `now-DURATION`)"))),
    }
}

/// Writes a duration as `PromQL` reads it, in its largest whole unit.
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
    fn durations_are_read_and_written() {
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
    fn only_plain_times_before_now_are_known() {
        assert_eq!(parse_before_now("now").unwrap(), Duration::ZERO);
        assert_eq!(parse_before_now("now-5m").unwrap(), Duration::from_secs(300));
        assert!(parse_before_now("now-1d/d").is_err());
        assert!(parse_before_now("2026-01-01").is_err());
    }
}
