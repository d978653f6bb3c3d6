//! Converts the `rows` of schemas before 16 into panels with positions.
//!
//! Source: `upgradeToGridLayout` in Grafana's `DashboardMigrator`.

use serde_json::{Map, Value, json};

use super::GridPos;

/// Pixels of a grid row, with its margin.
const CELL_HEIGHT: f64 = 38.0;
const MIN_HEIGHT: f64 = 90.0;
const DEFAULT_HEIGHT: f64 = 250.0;
/// In twelfths of the width.
const DEFAULT_SPAN: f64 = 4.0;

/// Moves the panels of `rows` to `panels`. A row is shown if any of them has a visible title, is collapsed or repeated.
pub(super) fn upgrade(dashboard: &mut Map<String, Value>) {
    if !dashboard.get("rows").is_some_and(Value::is_array) {
        return;
    }
    let Some(Value::Array(rows)) = dashboard.remove("rows") else { return };
    let is_set = |row: &Value, key: &str| !matches!(&row[key], Value::Null | Value::Bool(false));
    let has_rows =
        rows.iter().any(|row| ["collapse", "showTitle", "repeat"].iter().any(|key| is_set(row, key)));
    let mut panels = Vec::new();
    let mut y = 0;
    for mut row in rows {
        let height = height(&row["height"]).unwrap_or_else(|| cells(DEFAULT_HEIGHT));
        let (inner, bottom) = placed(row["panels"].take(), y + u32::from(has_rows), height);
        if !has_rows {
            panels.extend(inner);
            y = bottom;
            continue;
        }
        let is_collapsed = row["collapse"] == true;
        let mut heading = json!({
            "type": "row", "title": row["title"], "repeat": row["repeat"], "collapsed": is_collapsed,
            "gridPos": {"x": 0, "y": y, "w": GridPos::COLUMNS, "h": 1},
        });
        if is_collapsed {
            heading["panels"] = inner.into();
            panels.push(heading);
            y += 1;
        } else {
            panels.push(heading);
            panels.extend(inner);
            y = bottom;
        }
    }
    match dashboard.get_mut("panels") {
        Some(Value::Array(existing)) => existing.extend(panels),
        _ => {
            dashboard.insert("panels".into(), panels.into());
        }
    }
}

/// Places the panels of a row from left to right, and returns them with the first free grid row.
fn placed(panels: Value, top: u32, row_height: u32) -> (Vec<Value>, u32) {
    let Value::Array(mut panels) = panels else { return (Vec::new(), top + row_height) };
    let (mut x, mut y, mut bottom) = (0, top, top);
    for panel in panels.iter_mut().filter_map(Value::as_object_mut) {
        let span = panel.remove("span").as_ref().and_then(number).filter(|span| *span > 0.0);
        let w = (span.unwrap_or(DEFAULT_SPAN).floor().clamp(1.0, 12.0) * 2.0) as u32;
        let h = panel.remove("height").as_ref().and_then(height).unwrap_or(row_height);
        if x + w > GridPos::COLUMNS {
            (x, y) = (0, bottom);
        }
        panel.insert("gridPos".into(), json!({"x": x, "y": y, "w": w, "h": h}));
        x += w;
        bottom = bottom.max(y + h);
    }
    (panels, bottom)
}

/// A height in pixels, such as `250` or `"250px"`, in grid rows.
fn height(json: &Value) -> Option<u32> {
    number(json).filter(|pixels| *pixels > 0.0).map(cells)
}

fn cells(pixels: f64) -> u32 {
    let cells = (pixels.max(MIN_HEIGHT) / CELL_HEIGHT).ceil() as u32;
    cells.min(GridPos::MAX_ROW / 100)
}

fn number(json: &Value) -> Option<f64> {
    match json {
        Value::String(text) => text.trim_end_matches("px").trim().parse().ok(),
        other => other.as_f64(),
    }
}
