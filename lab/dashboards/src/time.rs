//! A dashboard's time range: as it is written, and resolved against a now.

use std::time::Duration;

use serde::Serialize;

use crate::{Unsupported, duration, model::TimeRange};

/// A time range in Unix milliseconds; it ends after it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    /// Its beginning.
    pub from_ms: i64,
    /// Its end.
    pub to_ms: i64,
}

impl Window {
    /// From its beginning to its end.
    pub fn duration(self) -> Duration {
        Duration::from_millis(self.to_ms.saturating_sub(self.from_ms).unsigned_abs())
    }

    /// Both ends at multiples of the step at or before them, as Grafana asks Prometheus.
    #[must_use]
    pub fn aligned(self, step: Duration) -> Self {
        let step = i64::try_from(step.as_millis()).unwrap_or(i64::MAX).max(1);
        let align = |time: i64| time.div_euclid(step) * step;
        Self { from_ms: align(self.from_ms), to_ms: align(self.to_ms) }
    }
}

/// Resolves `now`, `now-DURATION` and Unix milliseconds against a now.
///
/// # Errors
///
/// A time of another form, or a range that does not end after it begins.
pub fn resolve(range: &TimeRange, now_ms: i64) -> Result<Window, Unsupported> {
    let window = Window { from_ms: instant(&range.from, now_ms)?, to_ms: instant(&range.to, now_ms)? };
    if window.from_ms < window.to_ms {
        Ok(window)
    } else {
        Err(Unsupported(format!("a time range from {:?} to {:?}, which is empty", range.from, range.to)))
    }
}

fn instant(text: &str, now_ms: i64) -> Result<i64, Unsupported> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map_err(|_| Unsupported(format!("time {text:?}")));
    }
    let back = duration::parse_before_now(text)?.as_millis();
    Ok(now_ms.saturating_sub(i64::try_from(back).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(from: &str, to: &str) -> Result<Window, Unsupported> {
        resolve(&TimeRange { from: from.into(), to: to.into() }, 1_000_000)
    }

    #[test]
    fn relative_and_absolute_times_are_resolved() {
        assert_eq!(resolved("now-15m", "now").unwrap(), Window { from_ms: 100_000, to_ms: 1_000_000 });
        assert_eq!(resolved("500", "now-1s").unwrap(), Window { from_ms: 500, to_ms: 999_000 });
        assert_eq!(resolved("now-15m", "now").unwrap().duration(), Duration::from_secs(900));
    }

    #[test]
    fn what_is_no_time_and_an_empty_range_are_named() {
        assert!(resolved("now/d", "now").unwrap_err().0.contains("now/d"));
        assert!(resolved("yesterday", "now").unwrap_err().0.contains("yesterday"));
        assert!(resolved("99999999999999999999", "now").is_err());
        assert!(resolved("now", "now-1s").unwrap_err().0.contains("empty"));
        assert!(resolved("7", "7").is_err());
    }

    #[test]
    fn a_window_is_aligned_to_its_step() {
        let window = Window { from_ms: 703_700, to_ms: 1_003_700 };
        let aligned = window.aligned(Duration::from_secs(5));
        assert_eq!(aligned, Window { from_ms: 700_000, to_ms: 1_000_000 });
        assert_eq!(window.aligned(Duration::ZERO), window);
    }
}
