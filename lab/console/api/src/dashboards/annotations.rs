//! A dashboard's annotations: the times at which alerts began to fire, for the time axes.

use std::time::Duration;

use dashboards::duration;
use dashboards::model::{Annotation, Dashboard};
use dashboards::queries::Query;
use dashboards::queries::steps::interval;
use dashboards::response::{Labels, Response, Series};
use dashboards::time::Window;
use serde::Serialize;

use super::sources::Sources;

/// Grafana requests this many points, regardless of the panel's width.
const MAX_POINTS: u32 = 1000;
/// The step of an annotation whose file has none.
const DEFAULT_STEP: Duration = Duration::from_secs(60);

/// A mark on the time axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "AnnotationMark"))]
pub(super) struct Mark {
    /// Unix milliseconds.
    at: i64,
    title: String,
}

/// The marks of all annotations that query Prometheus. A failed query yields no marks, and does not fail the panels.
pub(super) async fn marks(sources: &Sources, dashboard: &Dashboard, window: Window) -> Vec<Mark> {
    let mut marks = Vec::new();
    let annotations = dashboard.annotations.list.iter();
    for annotation in annotations.filter(|annotation| annotation.enable && !annotation.expr.is_empty()) {
        let (query, step) = query(annotation, window);
        let outcome = sources.query(&query).await;
        match &outcome.result {
            Ok(Response::Prometheus(series)) => {
                marks.extend(series.iter().flat_map(|series| firing_starts(annotation, series, step)));
            }
            Ok(_) => {}
            Err(reason) => tracing::debug!(annotation = annotation.name, reason, "annotation query failed"),
        }
    }
    marks.sort_by_key(|mark| mark.at);
    marks
}

fn query(annotation: &Annotation, window: Window) -> (Query, Duration) {
    let min_step =
        annotation.step.as_deref().and_then(|step| duration::parse(step).ok()).unwrap_or(DEFAULT_STEP);
    let step = interval(window.duration(), MAX_POINTS, min_step);
    (Query::Range { expr: annotation.expr.clone(), window: window.aligned(step), step }, step)
}

/// One mark for each run of positive points without a gap.
fn firing_starts(annotation: &Annotation, series: &Series, step: Duration) -> Vec<Mark> {
    let title = title(&annotation.title_format, &series.labels);
    let mut marks = Vec::new();
    let mut last = f64::NEG_INFINITY;
    for (at, value) in &series.points {
        if *value > 0.0 {
            if at - last > 1.5 * step.as_secs_f64() {
                marks.push(Mark { at: (at * 1000.0) as i64, title: title.clone() });
            }
            last = *at;
        }
    }
    marks
}

/// Replaces each `{{label}}` of `format` by the label's value.
fn title(format: &str, labels: &Labels) -> String {
    let mut title = String::new();
    let mut rest = format;
    while let Some((before, label, after)) = rest
        .split_once("{{")
        .and_then(|(before, rest)| rest.split_once("}}").map(|(label, after)| (before, label, after)))
    {
        title.push_str(before);
        title.push_str(labels.get(label.trim()).map_or("", String::as_str));
        rest = after;
    }
    title + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_that_fires_twice_has_two_marks() {
        let annotation: Annotation = serde_json::from_value(serde_json::json!({
            "name": "Firing alerts", "enable": true, "expr": "ALERTS", "step": "5s", "titleFormat": "{{alertname}} ({{ severity }})",
        }))
        .unwrap();
        let (query, step) = query(&annotation, Window { from_ms: 1_000, to_ms: 901_000 });
        assert_eq!(step, Duration::from_secs(5));
        let Query::Range { window, .. } = query else { panic!("expected a range query") };
        assert_eq!(window, Window { from_ms: 0, to_ms: 900_000 });
        let labels = [("alertname", "EchoSlow"), ("severity", "page")];
        let labels: Labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let points = vec![(100.0, 1.0), (105.0, 1.0), (110.0, 0.0), (115.0, 1.0), (300.0, 1.0)];
        let marks = firing_starts(&annotation, &Series { labels, points }, step);
        let title = "EchoSlow (page)".to_owned();
        let expected = [100_000, 115_000, 300_000].map(|at| Mark { at, title: title.clone() });
        assert_eq!(marks, expected);
    }
}
