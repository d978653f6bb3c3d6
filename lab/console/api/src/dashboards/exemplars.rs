//! The exemplars of a time series panel: single observations, which lead to their traces.

use std::collections::BTreeMap;
use std::time::Duration;

use clients::prometheus;
use dashboards::model::Target;
use dashboards::queries::Query;
use dashboards::response::Labels;
use dashboards::time::Window;
use serde::Serialize;

use super::sources::Sources;

/// The part of a time range that is queried: its end. A histogram under load has several exemplars a second, and
/// Prometheus returns all of them.
const MAX_RANGE: Duration = Duration::from_secs(15 * 60);
/// Minimum distance of two points, in pixels.
const MIN_DISTANCE: u32 = 12;

/// A point of a time series panel.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "ExemplarPoint"))]
pub(super) struct Point {
    /// The target's refId.
    #[serde(rename = "ref")]
    target: String,
    /// Unix milliseconds.
    at: i64,
    value: f64,
    /// Labels of the series, without its name and bucket.
    labels: Labels,
    /// The trace's id, if there is a valid one.
    trace: Option<String>,
}

/// The points of all targets that show exemplars. A failed query yields none, and does not fail the panel.
pub(super) async fn points(
    sources: &Sources,
    queries: &[(&Target, Query)],
    window: Window,
    width: u32,
) -> Vec<Point> {
    let mut points = Vec::new();
    for (target, query) in queries {
        let Query::Range { expr, .. } = query else { continue };
        if !target.exemplar {
            continue;
        }
        match &sources.exemplars(expr, end_of(window)).await.result {
            Ok(all) => points.extend(slowest(&target.ref_id, all, window, width)),
            Err(reason) => tracing::debug!(expr, reason, "exemplar query failed"),
        }
    }
    points.sort_by_key(|point| point.at);
    points
}

fn end_of(window: Window) -> Window {
    let max_ms = i64::try_from(MAX_RANGE.as_millis()).unwrap_or(i64::MAX);
    Window { from_ms: window.from_ms.max(window.to_ms.saturating_sub(max_ms)), ..window }
}

/// The exemplar with the highest value in each column of the panel.
fn slowest(target: &str, all: &[prometheus::Exemplar], window: Window, width: u32) -> Vec<Point> {
    let columns = i64::from((width / MIN_DISTANCE).max(1));
    let range_ms = (window.to_ms - window.from_ms).max(1);
    let mut slowest: BTreeMap<i64, (i64, &prometheus::Exemplar)> = BTreeMap::new();
    for exemplar in all.iter().filter(|exemplar| exemplar.value.is_finite()) {
        let at = (exemplar.time * 1000.0).round() as i64;
        let column = (at - window.from_ms) * columns / range_ms;
        let shown = slowest.entry(column).or_insert((at, exemplar));
        if exemplar.value > shown.1.value {
            *shown = (at, exemplar);
        }
    }
    slowest.into_values().map(|(at, exemplar)| Point::new(target, at, exemplar)).collect()
}

impl Point {
    fn new(target: &str, at: i64, exemplar: &prometheus::Exemplar) -> Self {
        let mut labels = exemplar.series.clone();
        labels.retain(|name, _| !["__name__", "le"].contains(&name.as_str()));
        let trace = exemplar.labels.get("trace_id").filter(|id| is_trace_id(id)).cloned();
        Self { target: target.to_owned(), at, value: exemplar.value, labels, trace }
    }
}

/// Whether a label's value may be part of a link.
fn is_trace_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn exemplar(time: f64, value: f64, trace: &str) -> prometheus::Exemplar {
        let series = labels(&[("__name__", "x_bucket"), ("le", "0.5"), ("job", "tea")]);
        prometheus::Exemplar { series, labels: labels(&[("trace_id", trace)]), value, time }
    }

    #[test]
    fn each_column_of_the_panel_shows_its_slowest_exemplar() {
        let window = Window { from_ms: 1_000_000, to_ms: 1_010_000 };
        let all = [
            exemplar(1001.0, 0.2, TRACE),
            exemplar(1002.5, 0.4, TRACE),
            exemplar(1002.0, 0.3, TRACE),
            exemplar(1006.123, 0.1, "<script>"),
            exemplar(1007.0, f64::NAN, TRACE),
        ];
        let points = slowest("C", &all, window, 2 * MIN_DISTANCE);
        let point = |at, value, trace: Option<&str>| Point {
            target: "C".to_owned(),
            at,
            value,
            labels: labels(&[("job", "tea")]),
            trace: trace.map(str::to_owned),
        };
        assert_eq!(points, [point(1_002_500, 0.4, Some(TRACE)), point(1_006_123, 0.1, None)]);
        assert_eq!(slowest("C", &all, Window { from_ms: 0, to_ms: 0 }, 0).len(), 4, "an empty panel");
    }

    #[test]
    fn only_the_end_of_a_long_range_is_queried() {
        let day = Window { from_ms: 0, to_ms: 86_400_000 };
        assert_eq!(end_of(day), Window { from_ms: 85_500_000, to_ms: 86_400_000 });
        let minute = Window { from_ms: 0, to_ms: 60_000 };
        assert_eq!(end_of(minute), minute);
    }
}
