//! A query's range and step, and the variables of Grafana's own that follow from them.

use std::time::Duration;

use super::query::Context;
use crate::{
    Unsupported, duration,
    model::{Panel, Target},
    time::Window,
};

/// Pixels of one of the 24 columns in a window of 1440.
const COLUMN: u32 = 60;

/// How far a query goes back, and in what steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// How far it goes back.
    pub range: Duration,
    /// Between two points: `$__interval`.
    pub step: Duration,
    /// `$__rate_interval`.
    pub rate: Duration,
    /// `$__from` and `$__to`, where they are known already.
    pub window: Option<Window>,
}

impl Steps {
    /// What Grafana computes for a panel's target.
    pub fn of_panel(panel: &Panel, target: &Target, context: Context<'_>) -> Result<Self, Unsupported> {
        reject_time_override(panel)?;
        let range = context.window.duration();
        let given = |text: &Option<String>| {
            text.as_deref().filter(|text| !text.is_empty()).map(duration::parse).transpose()
        };
        // A panel's smallest step widens `$__interval`; only the query's own counts as its scrape interval.
        let own = given(&target.interval)?;
        let scrape = own.unwrap_or(context.scrape);
        let smallest = own.or(given(&panel.interval)?).unwrap_or(context.scrape);
        let given_width = context.max_data_points.unwrap_or(panel.grid_pos.w * COLUMN);
        let points = panel.max_data_points.map_or(given_width, |points| points as u32);
        let interval = interval(range, points, smallest);
        let factor = target.interval_factor.filter(|factor| *factor > 0.0).unwrap_or(1.0);
        Ok(Self { window: Some(context.window), ..Self::new(range, interval.mul_f64(factor), scrape) })
    }

    /// A range in given steps; `scrape` is the data source's scrape interval.
    pub fn new(range: Duration, step: Duration, scrape: Duration) -> Self {
        Self { range, step, rate: rate_interval(step, scrape), window: None }
    }

    /// What Grafana writes for one of its own variables.
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

/// A panel that looks at another range than its dashboard is not known here.
pub(super) fn reject_time_override(panel: &Panel) -> Result<(), Unsupported> {
    for (what, own) in [("range of its own", &panel.time_from), ("shift", &panel.time_shift)] {
        if let Some(own) = own.as_deref().filter(|own| !own.is_empty()) {
            return Err(Unsupported(format!("time {what} {own:?}")));
        }
    }
    Ok(())
}

/// The most points that Prometheus gives for a series.
const MOST_POINTS: u128 = 11_000;

/// Upper bound (exclusive, in milliseconds) of a raw interval and the interval that Grafana rounds it to.
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

/// The step that a panel asks with: its range over its points, rounded, and at least `smallest`.
pub fn interval(range: Duration, points: u32, smallest: Duration) -> Duration {
    let raw = range.as_millis() / u128::from(points.max(1));
    let rounded = round(raw).max(smallest);
    rounded.max(round(range.as_millis() / MOST_POINTS))
}

/// The window that holds at least four scrapes, and one more than a step.
pub fn rate_interval(interval: Duration, scrape: Duration) -> Duration {
    (interval + scrape).max(4 * scrape)
}

fn round(millis: u128) -> Duration {
    let found = ROUNDED.iter().find(|(below, _)| millis < *below);
    Duration::from_millis(found.map_or(2_592_000_000, |(_, rounded)| *rounded))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_step_is_the_range_over_the_points_rounded() {
        let step = |minutes: u64, points| interval(Duration::from_secs(minutes * 60), points, SECOND);
        assert_eq!(step(5, 720), SECOND, "416 ms is rounded to 500 ms, below the smallest");
        assert_eq!(step(60, 720), Duration::from_secs(5));
        assert_eq!(step(6 * 60, 1000), Duration::from_secs(20));
        assert_eq!(step(24 * 60, 1000), Duration::from_secs(60));
    }

    #[test]
    fn a_step_never_asks_for_more_points_than_prometheus_gives() {
        let day = Duration::from_secs(86_400);
        assert!(day.as_secs() / interval(day, 1_000_000, SECOND).as_secs() < 11_000);
    }

    #[test]
    fn a_rate_window_is_four_scrapes_or_a_step_and_a_scrape() {
        assert_eq!(rate_interval(SECOND, SECOND), 4 * SECOND);
        assert_eq!(rate_interval(10 * SECOND, SECOND), 11 * SECOND);
        assert_eq!(rate_interval(15 * SECOND, 15 * SECOND), 60 * SECOND);
    }

    #[test]
    fn grafanas_own_variables_follow_from_range_and_step() {
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
