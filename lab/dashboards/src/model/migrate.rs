//! Converts older forms of a dashboard to the current classic schema, before it is read.
//!
//! Source: Grafana's `DashboardMigrator`, and the migrations of its panels. Forms are recognized by their keys instead of by
//! `schemaVersion`, which edited files often have wrong.

use serde_json::{Map, Value, json};

use super::rows;

pub(super) fn dashboard(json: &mut Value) {
    unwrap(json);
    fill_inputs(json);
    if let Some(object) = json.as_object_mut() {
        rows::upgrade(object);
    }
}

/// Unwraps a response of Grafana's API (`dashboard`), and a classic dashboard in a resource (`spec`).
fn unwrap(json: &mut Value) {
    if json["dashboard"].is_object() && json["panels"].is_null() {
        *json = json["dashboard"].take();
    }
    if json["apiVersion"].is_string() && json["spec"].is_object() {
        let name = json["metadata"]["name"].take();
        *json = json["spec"].take();
        if json["uid"].is_null() {
            json["uid"] = name;
        }
    }
}

/// Replaces `${NAME}` of an export by the value of the input, as Grafana's import does. A data source gets the uid of the
/// lab's source of that type.
fn fill_inputs(json: &mut Value) {
    let Some(inputs) = json["__inputs"].as_array() else { return };
    let input = |input: &Value| {
        let value = input["pluginId"].as_str().or(input["value"].as_str())?;
        Some((format!("${{{}}}", input["name"].as_str()?), value.to_owned()))
    };
    let inputs: Vec<(String, String)> = inputs.iter().filter_map(input).collect();
    if !inputs.is_empty() {
        fill(json, &inputs);
    }
}

fn fill(json: &mut Value, inputs: &[(String, String)]) {
    match json {
        Value::String(text) => {
            for (reference, value) in inputs {
                if text.contains(reference) {
                    *text = text.replace(reference, value);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|json| fill(json, inputs)),
        Value::Object(object) => object.values_mut().for_each(|json| fill(json, inputs)),
        _ => {}
    }
}

pub(super) fn panel(json: &mut Value) {
    let Some(panel) = json.as_object_mut() else { return };
    match panel.get("type").and_then(Value::as_str) {
        // Before Grafana 7.
        Some("table") if panel.get("styles").is_some_and(Value::is_array) => {
            panel.insert("type".into(), "table-old".into());
        }
        // Before Grafana 7.1.
        Some("text") if panel.get("content").is_some_and(Value::is_string) => move_text(panel),
        Some("stat" | "gauge" | "bargauge") => move_field_options(panel),
        _ => {}
    }
    let Some(defaults) = panel.get_mut("fieldConfig").and_then(|config| config.get_mut("defaults")) else {
        return;
    };
    if let Some(defaults) = defaults.as_object_mut() {
        upgrade_thresholds(defaults);
        upgrade_mappings(defaults);
    }
}

fn move_text(panel: &mut Map<String, Value>) {
    let (content, mode) = (panel.remove("content"), panel.remove("mode"));
    let options = panel.entry("options").or_insert_with(|| json!({}));
    if let Some(options) = options.as_object_mut() {
        options.entry("content").or_insert(content.unwrap_or_default());
        options.entry("mode").or_insert(mode.unwrap_or_default());
    }
}

/// Before Grafana 7: `options.fieldOptions` holds the reduction and the field configuration.
fn move_field_options(panel: &mut Map<String, Value>) {
    let Some(options) = panel.get_mut("options").and_then(Value::as_object_mut) else { return };
    if !options.get("fieldOptions").is_some_and(Value::is_object) {
        return;
    }
    let Some(Value::Object(mut old)) = options.remove("fieldOptions") else { return };
    let mut take = |key: &str| old.remove(key).unwrap_or_default();
    let mut defaults = take("defaults");
    for key in ["thresholds", "mappings"] {
        let value = take(key);
        if !value.is_null() && defaults.is_object() {
            defaults[key] = value;
        }
    }
    let config = json!({"defaults": defaults, "overrides": take("overrides")});
    let reduce = json!({"calcs": take("calcs"), "values": take("values"), "limit": take("limit")});
    options.entry("reduceOptions").or_insert(reduce);
    panel.entry("fieldConfig").or_insert(config);
}

/// A list of steps, whose lowest bound may be `-Infinity` as a text.
fn upgrade_thresholds(defaults: &mut Map<String, Value>) {
    let Some(thresholds) = defaults.get_mut("thresholds") else { return };
    if thresholds.is_array() {
        *thresholds = json!({"mode": "absolute", "steps": thresholds.take()});
    }
    for step in thresholds.get_mut("steps").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(step) = step.as_object_mut() else { continue };
        step.remove("index");
        if step.get("value").is_some_and(|value| value == "-Infinity") {
            step.insert("value".into(), Value::Null);
        }
    }
}

/// Mappings before schema 30: type 1 maps a value, type 2 a range.
fn upgrade_mappings(defaults: &mut Map<String, Value>) {
    for one in defaults.get_mut("mappings").and_then(Value::as_array_mut).into_iter().flatten() {
        let result = json!({"text": one["text"].as_str(), "color": one["color"].as_str()});
        let upgraded = match one["type"].as_u64() {
            Some(1) => match plain(&one["value"]) {
                Some(value) if value == "null" => {
                    json!({"type": "special", "options": {"match": "null", "result": result}})
                }
                Some(value) => json!({"type": "value", "options": {value: result}}),
                None => continue,
            },
            Some(2) => {
                json!({"type": "range", "options": {"from": one["from"], "to": one["to"], "result": result}})
            }
            _ => continue,
        };
        *one = upgraded;
    }
}

fn plain(json: &Value) -> Option<String> {
    match json {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
