//! What one browser may ask of the data sources; each limit is named when it is met.

use std::time::Duration;

use dashboards::time::Window;

/// Of one data source.
pub(super) const QUERIES_AT_ONCE: usize = 8;
/// Of one answer, in bytes; several are in memory at once.
pub(super) const MAX_ANSWER: usize = 4 << 20;
const MAX_RANGE: Duration = Duration::from_secs(7 * 24 * 3600);
const MAX_WIDTH: u32 = 4000;
const MAX_SERIES: usize = 500;
/// Of a series; Prometheus' own limit.
const MAX_POINTS: usize = 11_000;
/// Of a request.
const MAX_PANELS: usize = 200;

pub(super) fn range(window: Window) -> Result<(), String> {
    let days = MAX_RANGE.as_secs() / (24 * 3600);
    within(window.duration() <= MAX_RANGE, || format!("a time range may not be longer than {days} days"))
}

pub(super) fn panels(count: usize) -> Result<(), String> {
    within(count <= MAX_PANELS, || format!("{count} panels are asked for at once, more than {MAX_PANELS}"))
}

pub(super) fn width(pixels: u32) -> Result<(), String> {
    within((1..=MAX_WIDTH).contains(&pixels), || {
        format!("a panel is {pixels} pixels wide, which must be 1 to {MAX_WIDTH}")
    })
}

/// Of an answer with as many points in each series.
pub(super) fn answer(points: impl Iterator<Item = usize>) -> Result<(), String> {
    let (mut series, mut most) = (0, 0);
    for points in points {
        series += 1;
        most = most.max(points);
    }
    within(series <= MAX_SERIES, || format!("answers {series} series, more than {MAX_SERIES}"))?;
    within(most <= MAX_POINTS, || format!("answers {most} points in a series, more than {MAX_POINTS}"))
}

fn within(fits: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if fits { Ok(()) } else { Err(otherwise()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_named_just_above_it() {
        let hours = |hours: i64| Window { from_ms: 0, to_ms: hours * 3_600_000 };
        let series = |count, points| answer(std::iter::repeat_n(points, count));
        for (fits, exceeds, name) in [
            (range(hours(168)), range(hours(169)), "7 days"),
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
