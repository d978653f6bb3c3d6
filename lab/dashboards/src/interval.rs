//! Grafana's steps: `$__interval` from the time range and the panel's width, `$__rate_interval` from it and the scrape
//! interval.
//!
//! Source: Grafana's documentation of the Prometheus data source and of its global variables.

use std::time::Duration;

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
}
