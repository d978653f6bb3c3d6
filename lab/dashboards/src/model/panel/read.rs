//! Reads panels. Any value of a wrong type is recorded and left out; the rest of the panel stays.

use serde_json::Value;

use super::{DataSource, FieldConfig, GridPos, Matcher, Override, Panel, Property, Target};
use crate::{
    model::migrate,
    read::{Object, UnsupportedPaths},
};

/// Keys of a panel that do not affect the drawing.
const IGNORED_PANEL_KEYS: [&str; 8] = [
    "pluginVersion",
    "cacheTimeout",
    "queryCachingTTL",
    "hideTimeOverride",
    // Used with `repeat` only, which is reported as unsupported.
    "repeatDirection",
    "maxPerRow",
    "scopedVars",
    "editable",
];

/// Keys of a target that do not affect the drawing.
const IGNORED_TARGET_KEYS: [&str; 17] = [
    "editorMode",
    "useBackend",
    "disableTextWrap",
    "includeNullMetadata",
    "fullMetaSearch",
    "key",
    "queryInspector",
    "step",
    "metric",
    "intervalMs",
    "legendLink",
    // State of the query editor. A raw InfluxDB query does not use it.
    "measurement",
    "policy",
    "select",
    "groupBy",
    "orderByTime",
    "adhocFilters",
];

impl From<Value> for Panel {
    fn from(mut json: Value) -> Self {
        migrate::panel(&mut json);
        let unsupported = UnsupportedPaths::default();
        let mut panel = read(&Object::new("", &json, &unsupported));
        panel.unsupported = unsupported.into_paths();
        panel
    }
}

fn read(object: &Object<'_>) -> Panel {
    object.ignore(&IGNORED_PANEL_KEYS);
    object.allow("transparent", &[false.into()]);
    let string = |key| object.string(key).unwrap_or_default();
    let inner = |at: usize, json: &Value| {
        if !json.is_object() {
            object.unsupported().record(format!("panels[{at}] = {json}"));
        }
        json.is_object().then(|| Panel::from(json.clone()))
    };
    let library = object.value("libraryPanel").map(|library| {
        object.reject("libraryPanel");
        library["name"].as_str().unwrap_or_default().to_owned()
    });
    Panel {
        id: object.count("id").map_or(0, u64::from),
        title: string("title"),
        kind: string("type"),
        library,
        grid_pos: grid_pos(object),
        datasource: DataSource::read(object, "datasource"),
        targets: targets(object),
        interval: object.string("interval"),
        max_data_points: object.number("maxDataPoints").filter(|points| *points >= 1.0),
        time_from: object.string("timeFrom"),
        time_shift: object.string("timeShift"),
        repeat: object.string("repeat"),
        description: string("description"),
        collapsed: object.flag("collapsed").unwrap_or(false),
        panels: object.list("panels").iter().enumerate().filter_map(|(at, json)| inner(at, json)).collect(),
        options: object.value("options").cloned().unwrap_or_default(),
        field_config: field_config(&object.object("fieldConfig")),
        transformations: object.list("transformations").to_vec(),
        links: object.list("links").to_vec(),
        unsupported: Vec::new(),
    }
}

/// The position, within the grid. See [`GridPos::default`] for a missing one.
fn grid_pos(object: &Object<'_>) -> GridPos {
    let default = GridPos::default();
    if object.value("gridPos").is_none_or(|json| !json.is_object()) {
        object.object("gridPos");
        return default;
    }
    let object = object.object("gridPos");
    object.ignore(&["static"]);
    let count = |key, default: u32| object.count(key).unwrap_or(default);
    let w = count("w", default.w).clamp(1, GridPos::COLUMNS);
    // Bounded, so that sums of positions do not overflow.
    let row = |key, default| count(key, default).min(GridPos::MAX_ROW);
    GridPos { x: count("x", 0).min(GridPos::COLUMNS - w), y: row("y", 0), w, h: row("h", default.h).max(1) }
}

impl From<Value> for FieldConfig {
    fn from(json: Value) -> Self {
        field_config(&Object::new("", &json, &UnsupportedPaths::default()))
    }
}

fn field_config(object: &Object<'_>) -> FieldConfig {
    let overrides = object.objects("overrides").into_iter().map(|one| {
        one.ignore(&["__systemRef"]);
        let matcher = one.object("matcher");
        let id = matcher.string("id").unwrap_or_default();
        let options = matcher.value("options").cloned().unwrap_or_default();
        let properties = one.objects("properties").into_iter().filter_map(|property| {
            let value = property.value("value").cloned().unwrap_or_default();
            Some(Property { id: property.string("id")?, value })
        });
        Override { matcher: Matcher { id, options }, properties: properties.collect() }
    });
    let overrides = overrides.collect();
    FieldConfig { defaults: object.value("defaults").cloned().unwrap_or_default(), overrides }
}

/// The targets. As in Grafana, one without a `refId` gets the first free letter.
fn targets(object: &Object<'_>) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for one in object.objects("targets") {
        targets.push(target(&one));
    }
    for at in 0..targets.len() {
        if targets[at].ref_id.is_empty() {
            let is_free = |letter: &String| targets.iter().all(|target| target.ref_id != *letter);
            let free = ('A'..='Z').map(String::from).find(is_free);
            targets[at].ref_id = free.unwrap_or_else(|| format!("Q{at}"));
        }
    }
    targets
}

fn target(object: &Object<'_>) -> Target {
    object.ignore(&IGNORED_TARGET_KEYS);
    let flag = |key| object.flag(key).unwrap_or(false);
    Target {
        ref_id: object.string("refId").unwrap_or_default(),
        datasource: DataSource::read(object, "datasource"),
        expr: object.string("expr").unwrap_or_default(),
        format: object.string("format"),
        legend_format: object.string("legendFormat"),
        alias: object.string("alias"),
        result_format: object.string("resultFormat"),
        query: object.string("query").unwrap_or_default(),
        raw_query: flag("rawQuery"),
        instant: flag("instant"),
        range: object.flag("range"),
        exemplar: flag("exemplar"),
        interval: object.string("interval"),
        interval_factor: object.number("intervalFactor"),
        hide: flag("hide"),
        query_type: object.string("queryType"),
        service: object.string("service"),
        operation: object.string("operation"),
        // Grafana's InfluxDB editor keeps a list here, which a raw query does not use.
        tags: object.value("tags").filter(|tags| !tags.is_array()).and_then(|_| object.string("tags")),
        limit: object.value("limit").filter(|limit| *limit != "").and_then(|_| object.count("limit")),
    }
}
