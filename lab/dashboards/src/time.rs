//! Time ranges, and their resolution relative to the current time.

use std::time::Duration;

use serde::Serialize;

use crate::{Unsupported, duration, model::TimeRange};

/// A time range in Unix milliseconds. `to_ms` is greater than `from_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    /// Start.
    pub from_ms: i64,
    /// End.
    pub to_ms: i64,
}

impl Window {
    /// The length of the range.
    pub fn duration(self) -> Duration {
        Duration::from_millis(self.to_ms.saturating_sub(self.from_ms).unsigned_abs())
    }

    /// Rounds both ends down to multiples of the step, as Grafana does for Prometheus.
    #[must_use]
    pub fn aligned(self, step: Duration) -> Self {
        let step = i64::try_from(step.as_millis()).unwrap_or(i64::MAX).max(1);
        let align = |time: i64| time.div_euclid(step).saturating_mul(step);
        Self { from_ms: align(self.from_ms), to_ms: align(self.to_ms) }
    }
}

/// Resolves a range of `now`, `now-DURATION` or Unix milliseconds relative to `now_ms`.
///
/// # Errors
///
/// Returns an error for any other form of time, and for an empty range.
pub fn resolve(range: &TimeRange, now_ms: i64) -> Result<Window, Unsupported> {
    let window = Window { from_ms: instant(&range.from, now_ms)?, to_ms: instant(&range.to, now_ms)? };
    if window.from_ms < window.to_ms {
        Ok(window)
    } else {
        Err(Unsupported(format!("empty time range from {:?} to {:?}", range.from, range.to)))
    }
}

fn instant(text: &str, now_ms: i64) -> Result<i64, Unsupported> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map_err(|_| Unsupported(format!("time {text:?}")));
    }
    let before_now = duration::parse_before_now(text)?.as_millis();
    Ok(now_ms.saturating_sub(i64::try_from(before_now).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(from: &str, to: &str) -> Result<Window, Unsupported> {
        resolve(&TimeRange { from: from.into(), to: to.into() }, 1_000_000)
    }

    #[test]
    fn resolves_relative_and_absolute_times() {
        assert_eq!(resolved("now-15m", "now").unwrap(), Window { from_ms: 100_000, to_ms: 1_000_000 });
        assert_eq!(resolved("500", "now-1s").unwrap(), Window { from_ms: 500, to_ms: 999_000 });
        assert_eq!(resolved("now-15m", "now").unwrap().duration(), Duration::from_secs(900));
    }

    #[test]
    fn rejects_invalid_times_and_empty_ranges() {
        assert!(resolved("now/d", "now").unwrap_err().0.contains("now/d"));
        assert!(resolved("yesterday", "now").unwrap_err().0.contains("yesterday"));
        assert!(resolved("99999999999999999999", "now").is_err());
        assert!(resolved("now", "now-1s").unwrap_err().0.contains("empty"));
        assert!(resolved("7", "7").is_err());
    }

    #[test]
    fn aligns_a_window_to_a_step() {
        let window = Window { from_ms: 703_700, to_ms: 1_003_700 };
        let aligned = window.aligned(Duration::from_secs(5));
        assert_eq!(aligned, Window { from_ms: 700_000, to_ms: 1_000_000 });
        assert_eq!(window.aligned(Duration::ZERO), window);
    }
}
