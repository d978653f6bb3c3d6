//! Limits on the queries of one browser. An error names the limit that was exceeded.

use std::time::Duration;

use clients::time::unix_now;
use dashboards::model::TimeRange;
use dashboards::time::{self, Window};
use http::StatusCode;
use kit::problem::Problem;

/// Maximum number of concurrent queries per data source; further ones wait.
pub(super) const MAX_CONCURRENT_QUERIES: usize = 8;
/// Maximum size of a response, in bytes. Several responses are in memory at a time.
pub(super) const MAX_RESPONSE: usize = 4 << 20;
const MAX_RANGE: Duration = Duration::from_secs(7 * 24 * 3600);
/// Pixels.
const MAX_WIDTH: u32 = 4000;
/// Per query.
const MAX_SERIES: usize = 500;
/// Per series; the limit of Prometheus.
const MAX_POINTS: usize = 11_000;
/// Per request.
const MAX_PANELS: usize = 200;

/// Resolves a time range such as `now-1h` to `now`, and checks its length.
pub(super) fn window(range: &TimeRange) -> Result<Window, Problem> {
    let bad_request = |reason: String| Problem::new(StatusCode::BAD_REQUEST, reason);
    let now = (unix_now() * 1000.0) as i64;
    let window =
        time::resolve(range, now).map_err(|unknown| bad_request(format!("not supported here: {unknown}")))?;
    length(window).map_err(bad_request)?;
    Ok(window)
}

fn length(window: Window) -> Result<(), String> {
    let days = MAX_RANGE.as_secs() / (24 * 3600);
    within(window.duration() <= MAX_RANGE, || format!("a time range may not be longer than {days} days"))
}

pub(super) fn panels(count: usize) -> Result<(), String> {
    within(count <= MAX_PANELS, || format!("{count} panels in one request, more than {MAX_PANELS}"))
}

pub(super) fn width(pixels: u32) -> Result<(), String> {
    within((1..=MAX_WIDTH).contains(&pixels), || {
        format!("width of a panel: got {pixels} pixels, expected 1 to {MAX_WIDTH}")
    })
}

/// Checks a response, given the number of points of each series.
pub(super) fn response(points: impl Iterator<Item = usize>) -> Result<(), String> {
    let (mut series, mut max_points) = (0, 0);
    for points in points {
        series += 1;
        max_points = max_points.max(points);
    }
    within(series <= MAX_SERIES, || format!("returned {series} series, more than {MAX_SERIES}"))?;
    within(max_points <= MAX_POINTS, || {
        format!("returned {max_points} points in a series, more than {MAX_POINTS}")
    })
}

fn within(fits: bool, error: impl FnOnce() -> String) -> Result<(), String> {
    if fits { Ok(()) } else { Err(error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_exceeded_limit() {
        let hours = |hours: i64| Window { from_ms: 0, to_ms: hours * 3_600_000 };
        let series = |count, points| response(std::iter::repeat_n(points, count));
        for (fits, exceeds, name) in [
            (length(hours(168)), length(hours(169)), "7 days"),
            (width(4000), width(4001), "4000"),
            (width(1), width(0), "1 to"),
            (panels(200), panels(201), "200"),
            (series(500, 1), series(501, 1), "501 series, more than 500"),
            (series(1, 11_000), series(1, 11_001), "11001 points in a series, more than 11000"),
        ] {
            assert_eq!(fits, Ok(()));
            assert!(exceeds.as_ref().unwrap_err().contains(name), "{exceeds:?}");
        }
    }
}
