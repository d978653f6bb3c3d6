//! Dashboards that are not the lab's: each key or value that is not supported costs only itself.

use std::sync::LazyLock;

use dashboards::{
    head::{Head, heads},
    interpolate::Scope,
    model::{Dashboard, Kind, Panel},
    queries::{Context, Query, queries},
    time::Window,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::provisioned_dashboards::files;

const SCOPE: Scope<'_> = Scope { variables: &[], window: Window { from_ms: 0, to_ms: 900_000 } };

fn read(json: &Value) -> Dashboard {
    serde_json::from_value(json.clone()).unwrap()
}

fn panel(json: &Value) -> Panel {
    serde_json::from_value(json.clone()).unwrap()
}

fn fixture(name: &str) -> Dashboard {
    let path = format!("{}/tests/fixtures/foreign/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The query of a panel's first target.
fn first_query(panel: &Panel) -> Result<Query, String> {
    let context = Context {
        window: SCOPE.window,
        max_data_points: Some(100),
        variables: &[],
        scrape: std::time::Duration::from_secs(1),
    };
    let target = panel.targets.first().ok_or("no target")?;
    queries(panel, target, context).map(|mut all| all.remove(0)).map_err(|error| error.0)
}

#[test]
fn every_form_of_a_value_that_grafana_accepts_is_read_without_a_complaint() {
    let forms = [
        ("refresh", vec![json!(false), json!(""), json!("5s"), Value::Null]),
        ("description", vec![Value::Null, json!("")]),
        ("tags", vec![Value::Null, json!([])]),
        ("links", vec![Value::Null, json!([])]),
        ("templating", vec![Value::Null, json!({}), json!({"list": null}), json!({"list": []})]),
        (
            "annotations",
            vec![Value::Null, json!({}), json!({"list": null}), json!({"enable": false, "list": []})],
        ),
        ("time", vec![Value::Null, json!({}), json!({"from": "now-1h"}), json!({"from": 1000, "to": 2000})]),
        ("timepicker", vec![Value::Null, json!({}), json!({"time_options": ["5m"], "hidden": false})]),
        ("id", vec![Value::Null, json!(7)]),
        ("uid", vec![Value::Null, json!("x")]),
        ("schemaVersion", vec![json!(1), json!("36"), Value::Null]),
        ("panels", vec![Value::Null, json!([])]),
    ];
    for (key, values) in forms {
        for value in values {
            let dashboard = read(&json!({"title": "T", key: value}));
            assert_eq!(dashboard.unsupported, [""; 0], "{key} = {value}");
        }
    }
}

#[test]
fn every_form_of_a_panels_value_that_grafana_accepts_is_read_without_a_complaint() {
    let forms = [
        ("id", vec![Value::Null, json!("3")]),
        ("title", vec![Value::Null, json!(5)]),
        ("description", vec![Value::Null]),
        ("gridPos", vec![Value::Null, json!({}), json!({"x": "0", "y": 0.0, "w": 12, "h": "8"})]),
        ("targets", vec![Value::Null, json!([]), json!([{"expr": "up"}])]),
        ("fieldConfig", vec![Value::Null, json!({}), json!({"defaults": null, "overrides": null})]),
        ("options", vec![Value::Null, json!({})]),
        ("transformations", vec![Value::Null, json!([])]),
        ("links", vec![Value::Null, json!([])]),
        ("maxDataPoints", vec![Value::Null, json!(100), json!("100")]),
        ("interval", vec![Value::Null, json!(""), json!("5s")]),
        ("repeat", vec![Value::Null, json!("")]),
        ("timeFrom", vec![Value::Null, json!("")]),
        ("transparent", vec![Value::Null, json!(false)]),
        (
            "datasource",
            vec![Value::Null, json!("Prometheus"), json!({"uid": "prometheus"}), json!("default")],
        ),
    ];
    for (key, values) in forms {
        for value in values {
            let file = read(&json!({"title": "T", "panels": [{"id": 1, "type": "stat", key: value}]}));
            assert_eq!(heads(&file, SCOPE)[0].unknown, [""; 0], "{key} = {value}");
        }
    }
}

#[test]
fn a_data_source_is_found_by_every_form_of_reference() {
    let forms = [
        Value::Null,
        json!("Prometheus"),
        json!("prometheus"),
        json!("default"),
        json!({"uid": "prometheus"}),
        json!({"type": "prometheus"}),
        json!({"type": "prometheus", "uid": "PBFA97CFB590B2093"}),
        json!({"type": "prometheus", "uid": "${datasource_that_is_missing}"}),
        json!({"type": null, "uid": null}),
    ];
    for source in forms {
        let panel = panel(&json!({"type": "stat", "datasource": source, "targets": [{"expr": "up"}]}));
        assert!(matches!(first_query(&panel), Ok(Query::Range { .. })), "{source}");
    }
    for (source, name) in [
        (json!("Thanos"), "Thanos"),
        (json!("-- Mixed --"), "datasource"),
        (json!({"type": "loki"}), "loki"),
        (json!({"uid": "$ds"}), "$ds"),
    ] {
        let panel = panel(&json!({"type": "stat", "datasource": source, "targets": [{"expr": "up"}]}));
        assert!(first_query(&panel).unwrap_err().contains(name), "{source}");
    }
}

#[test]
fn an_export_with_inputs_uses_the_labs_data_sources() {
    let dashboard = fixture("export");
    assert_eq!(dashboard.unsupported, [""; 0]);
    let queries: Vec<String> = dashboard.panels().map(|panel| first_query(panel).unwrap().text()).collect();
    assert_eq!(queries, ["up{job=\"api\"}", "process_open_fds"]);
}

#[test]
fn rows_of_old_schemas_become_panels() {
    let dashboard = fixture("rows");
    let places: Vec<_> = dashboard
        .panels
        .iter()
        .flat_map(|panel| std::iter::once(panel).chain(&panel.panels))
        .map(|panel| {
            let grid = panel.grid_pos;
            (panel.title.as_str(), panel.kind.as_str(), [grid.x, grid.y, grid.w, grid.h])
        })
        .collect();
    assert_eq!(
        places,
        [
            ("First", "row", [0, 0, 24, 1]),
            ("Requests", "graph", [0, 1, 16, 7]),
            ("Up", "singlestat", [16, 1, 8, 7]),
            ("Notes", "text", [0, 8, 24, 3]),
            ("Closed", "row", [0, 11, 24, 1]),
            ("Memory", "stat", [0, 12, 8, 7]),
        ]
    );
    assert!(dashboard.panels[4].collapsed);
    let unknown: Vec<Vec<String>> = heads(&dashboard, SCOPE).into_iter().map(|head| head.unknown).collect();
    assert_eq!(unknown[1], ["type = \"graph\""]);
    assert_eq!(unknown[3], [""; 0], "the text of a panel of Grafana 7.0");
}

#[test]
fn settings_of_old_panels_are_converted() {
    let dashboard = fixture("old_panels");
    for head in heads(&dashboard, SCOPE) {
        let expected: &[&str] = if head.title == "Old table" { &["type = \"table-old\""] } else { &[] };
        assert_eq!(head.unknown, expected, "{}", head.title);
    }
}

#[test]
fn a_library_panel_is_named_and_its_siblings_are_drawn() {
    let file = read(&json!({"panels": [
        {"id": 1, "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8}, "libraryPanel": {"uid": "a", "name": "Shared"}},
        {"id": 2, "type": "stat", "targets": [{"expr": "up"}]}]}));
    let heads = heads(&file, SCOPE);
    assert_eq!(heads[0].unknown, ["libraryPanel \"Shared\""]);
    assert_eq!((heads[1].unknown.len(), heads[1].kind), (0, Some(Kind::Stat)));
    let error = dashboards::queries::content(&file.panels[0]).unwrap_err();
    assert!(error.0.contains("Shared"), "{error}");
}

#[test]
fn panels_without_an_id_or_a_place_get_one() {
    let file = read(&json!({"panels": [
        {"id": 4, "type": "stat", "gridPos": {"x": 0, "y": 0, "w": 24, "h": 5}}, {"type": "stat"},
        {"id": 4, "type": "stat", "gridPos": {"x": 20, "y": 1, "w": 99, "h": 0}}, {"id": null, "type": "row"}]}));
    let ids: Vec<u64> = file.panels.iter().map(|panel| panel.id).collect();
    assert_eq!(ids, [4, 5, 6, 7]);
    let grids: Vec<_> =
        file.panels.iter().map(|panel| panel.grid_pos).map(|at| [at.x, at.y, at.w, at.h]).collect();
    assert_eq!(grids, [[0, 0, 24, 5], [0, 5, 6, 3], [0, 1, 24, 1], [0, 8, 24, 1]]);
}

#[test]
fn an_unknown_name_in_a_shown_text_is_text() {
    let file = read(&json!({"panels": [{"id": 1, "type": "timeseries", "title": "Cost in $USD, [[x]]",
        "fieldConfig": {"defaults": {"displayName": "$USD"}}, "targets": [{"expr": "up", "legendFormat": "$USD of {{job}}"}]}]}));
    let head = &heads(&file, SCOPE)[0];
    assert_eq!((head.title.as_str(), head.unknown.len()), ("Cost in $USD, [[x]]", 0));
    let own = read(
        &json!({"panels": [{"id": 1, "type": "text", "options": {"mode": "markdown", "content": "Hello ${__user.login}"}}]}),
    );
    assert_eq!(heads(&own, SCOPE)[0].unknown, ["options.content: variable $__user.login"]);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop_oneof![Just("$x"), Just(""), Just("${__from}"), Just("-1"), Just("a/b"), Just("row")]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map("[a-z]{1,6}|type|value|id|list|mode", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The JSON pointers of all values, without the root.
fn pointers(json: &Value, prefix: &str, all: &mut Vec<String>) {
    let mut add = |key: &str, value: &Value| {
        let pointer = format!("{prefix}/{}", key.replace('~', "~0").replace('/', "~1"));
        pointers(value, &pointer, all);
        all.push(pointer);
    };
    match json {
        Value::Object(map) => map.iter().for_each(|(key, value)| add(key, value)),
        Value::Array(list) => list.iter().enumerate().for_each(|(at, value)| add(&at.to_string(), value)),
        _ => {}
    }
}

/// Heads by the position of the panel in the file, without ids, which a changed id of another panel may change.
fn comparable(json: &Value, dashboard: &Dashboard) -> Vec<(usize, Head)> {
    let objects =
        json["panels"].as_array().into_iter().flatten().enumerate().filter(|(_, json)| json.is_object());
    let counts = objects.map(|(at, _)| at).zip(&dashboard.panels);
    let places = counts.flat_map(|(at, panel)| {
        let inner = if panel.kind == "row" { panel.panels.len() } else { 0 };
        std::iter::repeat_n(at, 1 + inner)
    });
    places.zip(heads(dashboard, SCOPE)).map(|(at, head)| (at, Head { id: 0, row: None, ..head })).collect()
}

/// A file of the lab, the pointers of its values, and its heads.
struct Original {
    json: Value,
    pointers: Vec<String>,
    heads: Vec<(usize, Head)>,
}

static ORIGINALS: LazyLock<Vec<Original>> = LazyLock::new(|| {
    let original = |json: Value| {
        let mut all = Vec::new();
        pointers(&json, "", &mut all);
        all.retain(|pointer| pointer != "/panels");
        Original { heads: comparable(&json, &read(&json)), pointers: all, json }
    };
    files().into_iter().map(original).collect()
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_value_of_any_key_of_the_labs_dashboards_costs_only_the_panel_below_it(
        (file, at, value) in (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any_json())
    ) {
        let original = file.get(&ORIGINALS);
        let pointer = at.get(&original.pointers);
        let mut json = original.json.clone();
        *json.pointer_mut(pointer).unwrap() = value;
        let changed_panel: Option<usize> =
            pointer.strip_prefix("/panels/").and_then(|rest| rest.split('/').next()?.parse().ok());
        let changed = read(&json);
        for panel in changed.panels() {
            // Either result will do.
            let _ = first_query(panel);
        }
        let siblings = |heads: &[(usize, Head)]| {
            heads.iter().filter(|(at, _)| Some(*at) != changed_panel).cloned().collect::<Vec<_>>()
        };
        prop_assert_eq!(siblings(&comparable(&json, &changed)), siblings(&original.heads), "{}", pointer);
    }
}
