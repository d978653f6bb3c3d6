use serde_json::json;

use super::*;
use crate::frame::{Field, Values};

fn field(name: &str, values: Values) -> Field {
    Field { name: name.into(), renamed: None, shown: None, unit: None, labels: Default::default(), values }
}

fn texts(cells: &[&str]) -> Values {
    Values::Texts(cells.iter().map(|cell| Some((*cell).to_owned())).collect())
}

fn numbers(cells: &[f64]) -> Values {
    Values::Numbers(cells.iter().copied().map(Some).collect())
}

/// An instant table: its time, a label, a value.
fn table(ref_id: &str, methods: &[&str], values: &[f64]) -> Frame {
    let times = Values::Times(methods.iter().map(|_| Some(7)).collect());
    let fields = vec![
        field("Time", times),
        field("method", texts(methods)),
        field(&format!("Value #{ref_id}"), numbers(values)),
    ];
    Frame { ref_id: ref_id.into(), fields, ..Frame::default() }
}

fn applied(transformations: &serde_json::Value, frames: Vec<Frame>) -> Vec<Frame> {
    let panel = serde_json::from_value(json!({"transformations": transformations})).unwrap();
    apply(&panel, frames)
}

fn names(frame: &Frame) -> Vec<String> {
    let all = std::slice::from_ref(frame);
    frame.fields.iter().map(|field| display_name(field, frame, all)).collect()
}

#[test]
fn tables_are_merged_by_what_they_share_and_organized() {
    let frames = vec![table("A", &["x", "y"], &[1.0, 2.0]), table("B", &["y", "z"], &[3.0, 4.0])];
    let merged = applied(
        &json!([{"id": "merge", "options": {}}, {"id": "organize", "options": {
            "excludeByName": {"Time": true}, "indexByName": {"Value #B": 0, "method": 1},
            "renameByName": {"Value #A": "Rate", "method": "Method"}}}]),
        frames,
    );
    let [frame] = merged.as_slice() else { panic!("{merged:?}") };
    assert_eq!(names(frame), ["Value #B", "Method", "Rate"]);
    assert_eq!(frame.fields[0].values, Values::Numbers(vec![None, Some(3.0), Some(4.0)]));
    assert_eq!(frame.fields[1].values, texts(&["x", "y", "z"]));
    assert_eq!(frame.fields[2].values, Values::Numbers(vec![Some(1.0), Some(2.0), None]));
}

#[test]
fn an_empty_answer_leaves_its_column_empty() {
    let empty = Frame {
        fields: vec![field("Time", Values::Times(vec![])), field("Value #B", numbers(&[]))],
        ..Frame::default()
    };
    let merged = applied(&json!([{"id": "merge"}]), vec![table("A", &["x", "y"], &[1.0, 2.0]), empty]);
    assert_eq!(merged[0].rows(), 2);
    assert_eq!(merged[0].fields[3].values, Values::Numbers(vec![None, None]));
}

#[test]
fn fields_and_rows_are_picked_sorted_and_renamed() {
    let of = |transformation| applied(&json!([transformation]), vec![table("A", &["x", "y"], &[1.0, 2.0])]);
    let kept = of(
        json!({"id": "filterFieldsByName", "options": {"include": {"names": ["method"], "pattern": "/^Val/"}}}),
    );
    assert_eq!(names(&kept[0]), ["method", "Value #A"]);
    let sorted = of(json!({"id": "sortBy", "options": {"sort": [{"field": "Value #A", "desc": true}]}}));
    assert_eq!(sorted[0].fields[1].values, texts(&["y", "x"]));
    let first = of(json!({"id": "limit", "options": {"limitField": 1}}));
    assert_eq!(first[0].rows(), 1);
    let renamed =
        of(json!({"id": "renameByRegex", "options": {"regex": "/Value #(.)/", "renamePattern": "$1s"}}));
    assert_eq!(names(&renamed[0]), ["Time", "method", "As"]);
    let gone = of(json!({"id": "filterByRefId", "options": {"include": "/B/"}}));
    assert!(gone.is_empty());
}

#[test]
fn what_is_not_known_is_named() {
    let json = json!({"transformations": [
        {"id": "calculateField", "options": {"mode": "binary"}},
        {"id": "organize", "options": {"colour": 1}, "filter": {"id": "byRefId"}},
        {"id": "nothing", "disabled": true}]});
    let unknowns = Unknowns::default();
    check(&serde_json::from_value(json).unwrap(), &unknowns);
    assert_eq!(
        unknowns.into_names(),
        [
            r#"transformations[0].id = "calculateField""#,
            "transformations[1].filter",
            "transformations[1].options.colour"
        ]
    );
}
