//! The range and step of a query, and Grafana's built-in variables derived from them.
//!
//! Source: Grafana's documentation of the Prometheus data source and of global variables.

use std::time::Duration;

use super::query::Context;
use crate::{
    Unsupported, duration,
    model::{Panel, Target},
    time::Window,
};

/// Width in pixels of one of the 24 columns in a browser window of 1440 pixels.
const COLUMN_WIDTH: u32 = 60;

/// The range and step of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// Length of the range.
    pub range: Duration,
    /// Distance between two points: `$__interval`.
    pub step: Duration,
    /// Window of `rate()`: `$__rate_interval`.
    pub rate: Duration,
    /// `$__from` and `$__to`, if known.
    pub window: Option<Window>,
}

impl Steps {
    /// Computes the steps of a panel's target.
    ///
    /// # Errors
    ///
    /// Returns an error if the panel overrides its time range, or if an interval is not a duration.
    pub fn for_target(panel: &Panel, target: &Target, context: Context<'_>) -> Result<Self, Unsupported> {
        reject_time_override(panel)?;
        let range = context.window.duration();
        let parse = |text: &Option<String>| {
            text.as_deref().filter(|text| !text.is_empty()).map(duration::parse).transpose()
        };
        // The panel's minimum step widens `$__interval` only. The target's also replaces the scrape interval.
        let target_step = parse(&target.interval)?;
        let scrape = target_step.unwrap_or(context.scrape);
        let min_step = target_step.or(parse(&panel.interval)?).unwrap_or(context.scrape);
        let width = context.max_data_points.unwrap_or(panel.grid_pos.w.saturating_mul(COLUMN_WIDTH));
        let points = panel.max_data_points.map_or(width, |points| points as u32);
        let interval = interval(range, points, min_step);
        let factor = target.interval_factor.filter(|factor| *factor > 0.0).unwrap_or(1.0);
        let step = Duration::try_from_secs_f64(interval.as_secs_f64() * factor).unwrap_or(Duration::MAX);
        Ok(Self { window: Some(context.window), ..Self::new(range, step, scrape) })
    }

    /// A range with a given step. `scrape` is the data source's scrape interval.
    pub fn new(range: Duration, step: Duration, scrape: Duration) -> Self {
        Self { range, step, rate: rate_interval(step, scrape), window: None }
    }

    /// The value of a built-in variable. `None` if the name is unknown or needs an unknown window.
    pub fn builtin(&self, name: &str) -> Option<String> {
        Some(match name {
            "__interval" | "interval" => duration::format(self.step),
            "__interval_ms" => self.step.as_millis().to_string(),
            "__rate_interval" => duration::format(self.rate),
            "__rate_interval_ms" => self.rate.as_millis().to_string(),
            "__range" => format!("{}s", self.range.as_secs()),
            "__range_s" => self.range.as_secs().to_string(),
            "__range_ms" => self.range.as_millis().to_string(),
            "__from" => self.window?.from_ms.to_string(),
            "__to" => self.window?.to_ms.to_string(),
            _ => return None,
        })
    }
}

/// Rejects panels with a time range different from the dashboard's.
pub(super) fn reject_time_override(panel: &Panel) -> Result<(), Unsupported> {
    for (name, value) in [("override", &panel.time_from), ("shift", &panel.time_shift)] {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            return Err(Unsupported(format!("time {name} {value:?}")));
        }
    }
    Ok(())
}

/// Maximum number of points per series that Prometheus returns.
const MAX_POINTS: u128 = 11_000;

/// Exclusive upper bound of a raw interval, and the interval that Grafana rounds it to. Both in milliseconds.
const ROUNDED: [(u128, u64); 28] = [
    (10, 1),
    (15, 10),
    (35, 20),
    (75, 50),
    (150, 100),
    (350, 200),
    (750, 500),
    (1_500, 1_000),
    (3_500, 2_000),
    (7_500, 5_000),
    (12_500, 10_000),
    (17_500, 15_000),
    (25_000, 20_000),
    (45_000, 30_000),
    (90_000, 60_000),
    (210_000, 120_000),
    (450_000, 300_000),
    (750_000, 600_000),
    (1_050_000, 900_000),
    (1_500_000, 1_200_000),
    (2_700_000, 1_800_000),
    (5_400_000, 3_600_000),
    (9_000_000, 7_200_000),
    (16_200_000, 10_800_000),
    (32_400_000, 21_600_000),
    (86_400_000, 43_200_000),
    (604_800_000, 86_400_000),
    (1_814_400_000, 604_800_000),
];

/// The step of a query: the range divided by the number of points, rounded, and at least `min_step`.
pub fn interval(range: Duration, points: u32, min_step: Duration) -> Duration {
    let raw = range.as_millis() / u128::from(points.max(1));
    let rounded = round(raw).max(min_step);
    rounded.max(round(range.as_millis() / MAX_POINTS))
}

/// The window of `rate()`: at least four scrapes, and at least one scrape more than the step.
pub fn rate_interval(interval: Duration, scrape: Duration) -> Duration {
    interval.saturating_add(scrape).max(scrape.saturating_mul(4))
}

fn round(millis: u128) -> Duration {
    let entry = ROUNDED.iter().find(|(below, _)| millis < *below);
    Duration::from_millis(entry.map_or(2_592_000_000, |(_, rounded)| *rounded))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn rounds_the_range_divided_by_the_points() {
        let step = |minutes: u64, points| interval(Duration::from_secs(minutes * 60), points, SECOND);
        assert_eq!(step(5, 720), SECOND, "416 ms is rounded to 500 ms, below the minimum");
        assert_eq!(step(60, 720), Duration::from_secs(5));
        assert_eq!(step(6 * 60, 1000), Duration::from_secs(20));
        assert_eq!(step(24 * 60, 1000), Duration::from_secs(60));
    }

    #[test]
    fn requests_at_most_the_points_prometheus_returns() {
        let day = Duration::from_secs(86_400);
        assert!(day.as_secs() / interval(day, 1_000_000, SECOND).as_secs() < 11_000);
    }

    #[test]
    fn rate_window_covers_four_scrapes_or_a_step_and_a_scrape() {
        assert_eq!(rate_interval(SECOND, SECOND), 4 * SECOND);
        assert_eq!(rate_interval(10 * SECOND, SECOND), 11 * SECOND);
        assert_eq!(rate_interval(15 * SECOND, 15 * SECOND), 60 * SECOND);
    }

    #[test]
    fn derives_built_in_variables_from_range_and_step() {
        let second = Duration::from_secs(1);
        let window = Window { from_ms: 1_000, to_ms: 301_000 };
        let steps = Steps { window: Some(window), ..Steps::new(window.duration(), 5 * second, second) };
        for (name, value) in [
            ("__interval", "5s"),
            ("__interval_ms", "5000"),
            ("__rate_interval", "6s"),
            ("__rate_interval_ms", "6000"),
            ("__range", "300s"),
            ("__range_s", "300"),
            ("__range_ms", "300000"),
            ("__from", "1000"),
            ("__to", "301000"),
        ] {
            assert_eq!(steps.builtin(name).as_deref(), Some(value), "{name}");
        }
        assert_eq!(steps.builtin("__dashboard"), None);
        assert_eq!(Steps::new(window.duration(), second, second).builtin("__from"), None);
    }
}
