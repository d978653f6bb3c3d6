//! Reads dashboards. Any value of a wrong type is recorded and left out; the rest of the dashboard stays.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    Annotation, Annotations, Current, Dashboard, DashboardLink, DataSource, GridPos, Panel, Templating,
    TimePicker, TimeRange, Variable, migrate,
};
use crate::{
    read::{Object, UnsupportedPaths},
    time,
};

/// Keys of a dashboard that do not affect the drawing.
const IGNORED_KEYS: [&str; 25] = [
    "id",
    "schemaVersion",
    "version",
    "iteration",
    "revision",
    "gnetId",
    "editable",
    "style",
    "hideControls",
    "sharedCrosshair",
    "graphTooltip",
    "preload",
    "liveNow",
    "autoUpdate",
    "originalTitle",
    "weekStart",
    "fiscalYearStartMonth",
    "__inputs",
    "__requires",
    "__elements",
    "overwrite",
    "message",
    "folderId",
    "scopedMeta",
    "nav",
];

/// Keys of a variable that do not affect its options or value.
const IGNORED_VARIABLE_KEYS: [&str; 15] = [
    "id",
    "definition",
    "options",
    "skipUrlSync",
    "refresh",
    "tagsQuery",
    "tagValuesQuery",
    "useTags",
    "tags",
    "error",
    "state",
    "description",
    "allFormat",
    "auto_count",
    "auto_min",
];

impl From<Value> for Dashboard {
    fn from(mut json: Value) -> Self {
        migrate::dashboard(&mut json);
        let unsupported = UnsupportedPaths::default();
        let mut dashboard = read(&Object::new("", &json, &unsupported));
        dashboard.unsupported = unsupported.into_paths();
        dashboard
    }
}

fn read(object: &Object<'_>) -> Dashboard {
    object.ignore(&IGNORED_KEYS);
    object.allow("timezone", &["".into(), "browser".into()]);
    let string = |key| object.string(key).unwrap_or_default();
    Dashboard {
        uid: string("uid"),
        title: string("title"),
        description: string("description"),
        // Grafana writes `false` for no refresh.
        refresh: object
            .value("refresh")
            .filter(|refresh| **refresh != false)
            .map_or_else(String::new, |_| string("refresh")),
        tags: object.texts("tags").into_iter().map(str::to_owned).collect(),
        links: object.objects("links").iter().map(link).collect(),
        timepicker: time_picker(&object.object("timepicker")),
        annotations: Annotations { list: read_list(object, "annotations", annotation) },
        time: time_range(object),
        panels: panels(object),
        templating: Templating { list: read_list(object, "templating", variable) },
        unsupported: Vec::new(),
    }
}

/// The entries of `key.list`.
fn read_list<T>(object: &Object<'_>, key: &str, read: impl Fn(&Object<'_>) -> T) -> Vec<T> {
    let object = object.object(key);
    object.ignore(&["enable"]);
    object.objects("list").iter().map(read).collect()
}

fn link(object: &Object<'_>) -> DashboardLink {
    object.ignore(&["icon", "tooltip", "asDropdown", "dashboard", "dashUri", "placement"]);
    let string = |key| object.string(key).unwrap_or_default();
    let flag = |key| object.flag(key).unwrap_or(false);
    DashboardLink {
        kind: string("type"),
        title: string("title"),
        url: string("url"),
        tags: object.texts("tags").into_iter().map(str::to_owned).collect(),
        keep_time: flag("keepTime"),
        include_vars: flag("includeVars"),
        target_blank: flag("targetBlank"),
    }
}

fn time_picker(object: &Object<'_>) -> TimePicker {
    object.ignore(&["time_options", "quick_ranges", "collapse", "enable", "notice", "now", "status", "type"]);
    object.allow("hidden", &[false.into()]);
    object.allow("nowDelay", &["".into()]);
    TimePicker {
        refresh_intervals: object.texts("refresh_intervals").into_iter().map(str::to_owned).collect(),
    }
}

/// The time range. An unsupported one is recorded and replaced by the default.
fn time_range(object: &Object<'_>) -> TimeRange {
    let default = TimeRange::default();
    let time = object.object("time");
    let range = TimeRange {
        from: time.string("from").unwrap_or(default.from),
        to: time.string("to").unwrap_or(default.to),
    };
    // Any time later than that of a file.
    const LATER_MS: i64 = 1 << 45;
    if time::resolve(&range, LATER_MS).is_err() {
        object.reject("time");
        return TimeRange::default();
    }
    range
}

fn annotation(object: &Object<'_>) -> Annotation {
    let datasource = DataSource::read(object, "datasource");
    let string = |key| object.string(key).unwrap_or_default();
    let name = string("name");
    let is_grafana = datasource.as_ref().is_some_and(|source| {
        ["grafana", "datasource"].contains(&source.kind.as_str()) || source.uid == "grafana"
    });
    let expr = string("expr");
    let is_enabled = object.flag("enable").unwrap_or(false);
    let is_prometheus = DataSource::resolved(datasource.as_ref(), |uid| Ok(uid.to_owned()))
        .map_or(true, |source| source.kind == "prometheus");
    let enable = is_enabled && !is_grafana && is_prometheus && !expr.is_empty();
    if enable {
        object.ignore(&[
            "iconColor",
            "hide",
            "builtIn",
            "type",
            "tagKeys",
            "textFormat",
            "showIn",
            "tags",
            "limit",
        ]);
        object.ignore(&["matchAny", "useValueForTime", "rawQuery", "showLine", "target", "query", "filter"]);
    } else {
        if is_enabled && !is_grafana {
            object.unsupported().record(object.path_of(&format!("(annotation {name:?})")));
        }
        object.ignore_all();
    }
    let (title_format, step) = (string("titleFormat"), object.string("step"));
    Annotation { name, enable, datasource, expr, title_format, step }
}

fn variable(object: &Object<'_>) -> Variable {
    object.ignore(&IGNORED_VARIABLE_KEYS);
    // 0: unsorted, 1: alphabetical.
    object.allow("sort", &[0.into(), 1.into()]);
    object.allow("auto", &[false.into()]);
    let string = |key| object.string(key).unwrap_or_default();
    let flag = |key| object.flag(key).unwrap_or(false);
    let current = match object.value("current") {
        Some(Value::Object(current)) => current.get("value").cloned().unwrap_or_default(),
        Some(Value::String(_)) | None => Value::Null,
        Some(_) => {
            object.reject("current");
            Value::Null
        }
    };
    Variable {
        name: string("name"),
        label: object.string("label"),
        hide: object.count("hide").and_then(|hide| u8::try_from(hide).ok()).unwrap_or(0),
        kind: string("type"),
        datasource: DataSource::read(object, "datasource"),
        query: object.value("query").cloned().unwrap_or_default(),
        regex: string("regex"),
        multi: flag("multi"),
        include_all: flag("includeAll"),
        all_value: object.string("allValue"),
        current: Current { value: current },
    }
}

impl From<Value> for Variable {
    fn from(json: Value) -> Self {
        variable(&Object::new("", &json, &UnsupportedPaths::default()))
    }
}

impl From<Value> for Annotation {
    fn from(json: Value) -> Self {
        annotation(&Object::new("", &json, &UnsupportedPaths::default()))
    }
}

/// The panels, each with an id of its own, and with a place.
fn panels(object: &Object<'_>) -> Vec<Panel> {
    let mut panels = Vec::new();
    let mut bottom = 0;
    for (at, json) in object.list("panels").iter().enumerate() {
        if !json.is_object() {
            object.unsupported().record(format!("panels[{at}] = {json}"));
            continue;
        }
        let mut panel = Panel::from(json.clone());
        place(&mut panel, json, &mut bottom);
        let inner = json["panels"].as_array().into_iter().flatten().filter(|json| json.is_object());
        for (panel, json) in panel.panels.iter_mut().zip(inner) {
            place(panel, json, &mut bottom);
        }
        panels.push(panel);
    }
    number(&mut panels);
    panels
}

/// Places a panel without a position below the ones before it.
fn place(panel: &mut Panel, json: &Value, bottom: &mut u32) {
    if !json["gridPos"].is_object() {
        let default = GridPos::default();
        let (w, h) = if panel.kind == "row" { (GridPos::COLUMNS, 1) } else { (default.w, default.h) };
        panel.grid_pos = GridPos { x: 0, y: *bottom, w, h };
    }
    *bottom = panel.grid_pos.bottom().max(*bottom);
}

/// Gives a new id to every panel that has none, or that of an earlier one, as Grafana does.
fn number(panels: &mut [Panel]) {
    let all = panels.iter().flat_map(|panel| std::iter::once(panel).chain(&panel.panels));
    let mut next = all.map(|panel| panel.id).max().unwrap_or(0) + 1;
    let mut used = HashSet::new();
    let mut number = |id: &mut u64| {
        if *id == 0 || !used.insert(*id) {
            *id = next;
            used.insert(next);
            next += 1;
        }
    };
    for panel in panels {
        number(&mut panel.id);
        panel.panels.iter_mut().for_each(|inner| number(&mut inner.id));
    }
}
