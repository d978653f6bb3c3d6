//! What is known of a panel without its data: its place, its options, its links, and what of it cannot be drawn.

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

/// A panel without its data.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "PanelHead"))]
pub struct Head {
    /// Unique in its dashboard.
    pub id: u64,
    /// What it is drawn as; none if that is not known.
    pub kind: Option<Kind>,
    /// What a person reads.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// Its place in 24 columns.
    pub grid: GridPos,
    /// Whether it is a closed row.
    pub collapsed: bool,
    /// The row that it belongs to.
    pub row: Option<u64>,
    /// Where its title leads.
    pub links: Vec<Link>,
    /// What is shown where there is no data.
    pub no_value: Option<String>,
    /// What it was told.
    pub options: Options,
    /// Paths in its JSON that cannot be drawn, with their values where those are at fault.
    pub unknown: Vec<String>,
}

/// What a panel's JSON may say without any effect on what is drawn here.
const SILENT: [&str; 7] = [
    "pluginVersion",
    "cacheTimeout",
    "queryCachingTTL",
    "hideTimeOverride",
    // Of a panel that is repeated, which is named itself.
    "repeatDirection",
    "maxPerRow",
    "scopedVars",
];

/// The same of a target.
const SILENT_IN_TARGETS: [&str; 14] = [
    "editorMode",
    "useBackend",
    "disableTextWrap",
    "includeNullMetadata",
    "key",
    "queryInspector",
    "step",
    // The editor's parts of a written query of InfluxDB.
    "measurement",
    "policy",
    "select",
    "groupBy",
    "orderByTime",
    "fullMetaSearch",
    "adhocFilters",
];

/// Every panel in the order of the file, those of closed rows behind their row.
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

/// A panel of that row.
pub fn head(panel: &Panel, row: Option<u64>, scope: Scope<'_>) -> Head {
    let unsupported = UnsupportedPaths::default();
    let kind =
        Kind::of(&panel.kind).inspect_err(|_| unsupported.record(format!("type = {:?}", panel.kind))).ok();
    let options = kind.map_or(Options::Nothing {}, |kind| {
        config::check(panel, kind, &unsupported);
        Options::read(panel, kind, &unsupported)
    });
    transform::check(panel, &unsupported);
    for (at, target) in panel.targets.iter().enumerate() {
        check_target(&format!("targets[{at}]"), target, &unsupported);
    }
    check_panel(panel, &unsupported);
    let links = serde_json::json!({"links": panel.links});
    let links = read_links(&Object::new("", &links, &unsupported));
    let links = links.into_iter().filter_map(|one| {
        let filled = link::of_panel(&one, scope);
        filled.inspect_err(|unknown| unsupported.record(format!("links: {unknown}"))).ok()
    });
    let links = links.collect();
    link::check(panel, scope, &unsupported);
    let words = |text: &str| {
        link::words(text, scope).unwrap_or_else(|unknown| {
            unsupported.record(format!("title: {unknown}"));
            text.to_owned()
        })
    };
    Head {
        id: panel.id,
        kind,
        title: words(&panel.title),
        description: words(&panel.description),
        grid: panel.grid_pos,
        collapsed: panel.collapsed,
        row,
        links,
        no_value: panel.field_config.defaults["noValue"].as_str().map(str::to_owned),
        options,
        unknown: unsupported.into_names(),
    }
}

fn check_panel(panel: &Panel, unsupported: &UnsupportedPaths) {
    let rest = serde_json::Value::Object(panel.rest.clone());
    let object = Object::new("", &rest, unsupported);
    object.ignore(&SILENT);
    object.allow("transparent", &[false.into()]);
    let given = [("timeFrom", &panel.time_from), ("timeShift", &panel.time_shift), ("repeat", &panel.repeat)];
    for (key, value) in given {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            unsupported.record(format!("{key} = {value:?}"));
        }
    }
}

fn check_target(path: &str, target: &Target, unsupported: &UnsupportedPaths) {
    let rest = serde_json::Value::Object(target.rest.clone());
    let object = Object::new(path, &rest, unsupported);
    object.ignore(&SILENT_IN_TARGETS);
    object.allow("exemplar", &[false.into()]);
    let formats = [
        ("format", &target.format, ["time_series", "table", "heatmap"].as_slice()),
        ("resultFormat", &target.result_format, &["time_series", "table"]),
        ("queryType", &target.query_type, &["search", "range", "instant", "randomWalk"]),
    ];
    for (key, value, known) in formats {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty() && !known.contains(value)) {
            unsupported.record(format!("{path}.{key} = {value:?}"));
        }
    }
}
