//! Panel heads: everything about a panel except its data, and its unsupported settings.

use serde::Serialize;

use crate::{
    config::{self, Link, read_links},
    interpolate::Scope,
    link,
    model::{Dashboard, GridPos, Kind, Panel, Target},
    options::Options,
    read::{Object, UnsupportedPaths},
    transform,
};

/// A panel without its data. Variables in texts are replaced.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "PanelHead"))]
pub struct Head {
    /// Unique in the dashboard.
    pub id: u64,
    /// Panel type. `None` if it is not supported.
    pub kind: Option<Kind>,
    /// Title.
    pub title: String,
    /// Description, in Markdown.
    pub description: String,
    /// Position and size in the grid of 24 columns.
    pub grid: GridPos,
    /// Whether this is a collapsed row.
    pub collapsed: bool,
    /// Id of the row that contains the panel.
    pub row: Option<u64>,
    /// Links of the title.
    pub links: Vec<Link>,
    /// Text shown if there is no data.
    pub no_value: Option<String>,
    /// Options specific to the panel type.
    pub options: Options,
    /// JSON paths of unsupported settings. Includes the value if the value is unsupported rather than the key.
    pub unknown: Vec<String>,
}

/// The heads of all panels and rows in file order. The panels of a collapsed row follow the row.
pub fn heads(dashboard: &Dashboard, scope: Scope<'_>) -> Vec<Head> {
    let mut heads = Vec::new();
    let mut row = None;
    for panel in &dashboard.panels {
        if panel.kind == "row" {
            row = Some(panel.id);
            heads.push(head(panel, None, scope));
            heads.extend(panel.panels.iter().map(|inner| head(inner, row, scope)));
        } else {
            heads.push(head(panel, row, scope));
        }
    }
    heads
}

/// The head of a panel in a row.
pub fn head(panel: &Panel, row: Option<u64>, scope: Scope<'_>) -> Head {
    let unsupported = UnsupportedPaths::default();
    let kind = Kind::of(&panel.kind).ok();
    let (options, links) = match kind {
        Some(kind) => {
            panel.unsupported.iter().for_each(|path| unsupported.record(path.clone()));
            (read_settings(panel, kind, scope, &unsupported), interpolated_links(panel, scope, &unsupported))
        }
        // No setting of such a panel matters.
        None => {
            unsupported.record(unsupported_kind(panel));
            (Options::Nothing {}, Vec::new())
        }
    };
    let interpolate = |key: &str, text: &str| {
        link::interpolate_text(text, scope).unwrap_or_else(|error| {
            unsupported.record(format!("{key}: {error}"));
            text.to_owned()
        })
    };
    Head {
        id: panel.id,
        kind,
        title: interpolate("title", &panel.title),
        description: interpolate("description", &panel.description),
        grid: panel.grid_pos,
        collapsed: panel.collapsed,
        row,
        links,
        no_value: panel.field_config.defaults["noValue"].as_str().map(str::to_owned),
        options,
        unknown: unsupported.into_paths(),
    }
}

/// Why a panel is not drawn at all.
fn unsupported_kind(panel: &Panel) -> String {
    match &panel.library {
        Some(name) if panel.kind.is_empty() => format!("libraryPanel {name:?}"),
        _ => format!("type = {:?}", panel.kind),
    }
}

/// Reads a panel's options, and records what is not supported in its other settings.
fn read_settings(panel: &Panel, kind: Kind, scope: Scope<'_>, unsupported: &UnsupportedPaths) -> Options {
    config::check(panel, kind, unsupported);
    transform::check(panel, unsupported);
    for (at, target) in panel.targets.iter().enumerate() {
        check_target(&format!("targets[{at}]"), target, kind, unsupported);
    }
    check_panel(panel, unsupported);
    link::check(panel, scope, unsupported);
    Options::read(panel, kind, unsupported)
}

fn interpolated_links(panel: &Panel, scope: Scope<'_>, unsupported: &UnsupportedPaths) -> Vec<Link> {
    let links = serde_json::json!({"links": panel.links});
    let links = read_links(&Object::new("", &links, unsupported)).into_iter().filter_map(|link| {
        let interpolated = link::interpolate(&link, scope);
        interpolated.inspect_err(|error| unsupported.record(format!("links: {error}"))).ok()
    });
    links.collect()
}

fn check_panel(panel: &Panel, unsupported: &UnsupportedPaths) {
    let overrides =
        [("timeFrom", &panel.time_from), ("timeShift", &panel.time_shift), ("repeat", &panel.repeat)];
    for (key, value) in overrides {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            unsupported.record(format!("{key} = {value:?}"));
        }
    }
}

fn check_target(path: &str, target: &Target, kind: Kind, unsupported: &UnsupportedPaths) {
    if target.exemplar && kind != Kind::TimeSeries {
        unsupported.record(format!("{path}.exemplar = true"));
    }
    let formats = [
        ("format", &target.format, ["time_series", "table", "heatmap"].as_slice()),
        ("resultFormat", &target.result_format, &["time_series", "table"]),
        ("queryType", &target.query_type, &["search", "range", "instant", "randomWalk"]),
    ];
    for (key, value, supported) in formats {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty() && !supported.contains(value))
        {
            unsupported.record(format!("{path}.{key} = {value:?}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Window;

    fn unknown(kind: &str, exemplar: bool) -> Vec<String> {
        let panel = serde_json::from_value(serde_json::json!({
            "id": 1, "type": kind, "gridPos": {"h": 8, "w": 12, "x": 0, "y": 0},
            "targets": [{"refId": "A", "expr": "x", "exemplar": exemplar}],
        }));
        let scope = Scope { variables: &[], window: Window { from_ms: 0, to_ms: 1000 } };
        head(&panel.unwrap(), None, scope).unknown
    }

    #[test]
    fn exemplars_are_supported_in_time_series_only() {
        assert_eq!(unknown("timeseries", true), [""; 0]);
        assert_eq!(unknown("table", false), [""; 0]);
        for kind in ["table", "heatmap", "stat"] {
            assert_eq!(unknown(kind, true), ["targets[0].exemplar = true"], "{kind}");
        }
    }
}
