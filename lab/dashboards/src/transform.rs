//! Transformations of a panel's frames before drawing.

mod merge;
mod select;

use serde_json::Value;

use crate::{
    config::Pattern,
    frame::{Frame, display_name},
    model::Panel,
    read::{Object, UnsupportedPaths},
};

/// A supported transformation.
#[derive(Debug)]
enum Transformation {
    Merge,
    Organize(select::Organize),
    FilterFields(select::Fields),
    FilterTargets(Pattern),
    Rename { pattern: Pattern, to: String },
    Sort { field: String, desc: bool },
    Limit(usize),
}

/// Applies a panel's transformations in order. Skips unsupported ones, which `check` records.
pub(crate) fn apply(panel: &Panel, mut frames: Vec<Frame>) -> Vec<Frame> {
    for transformation in read(panel, &UnsupportedPaths::default()) {
        frames = transformation.apply(frames);
    }
    frames
}

/// Records the unsupported settings of a panel's transformations.
pub(crate) fn check(panel: &Panel, unsupported: &UnsupportedPaths) {
    read(panel, unsupported);
}

fn read(panel: &Panel, unsupported: &UnsupportedPaths) -> Vec<Transformation> {
    let one = |(at, json): (usize, &Value)| {
        let object = Object::new(format!("transformations[{at}]"), json, unsupported);
        if object.flag("disabled") == Some(true) {
            object.ignore(&["id", "options", "filter", "topic"]);
            return None;
        }
        read_one(&object)
    };
    panel.transformations.iter().enumerate().filter_map(one).collect()
}

fn read_one(object: &Object<'_>) -> Option<Transformation> {
    let options = object.object("options");
    let pattern = |key: &str| {
        let pattern = Pattern::of(options.text(key).unwrap_or_default());
        if pattern.is_err() {
            options.reject(key);
        }
        pattern.ok()
    };
    match object.text("id") {
        Some("merge") => Some(Transformation::Merge),
        Some("organize") => Some(Transformation::Organize(select::Organize::read(&options))),
        Some("filterFieldsByName") => select::Fields::read(&options).map(Transformation::FilterFields),
        Some("filterByRefId") => pattern("include").map(Transformation::FilterTargets),
        Some("renameByRegex") => {
            let to = options.text("renamePattern").unwrap_or_default().to_owned();
            pattern("regex").map(|pattern| Transformation::Rename { pattern, to })
        }
        Some("sortBy") => {
            let by = options.objects("sort");
            let [by] = by.as_slice() else {
                options.reject("sort");
                return None;
            };
            let field = by.text("field")?.to_owned();
            Some(Transformation::Sort { field, desc: by.flag("desc").unwrap_or(false) })
        }
        Some("limit") => Some(Transformation::Limit(options.count("limitField").unwrap_or(10) as usize)),
        _ => {
            object.reject("id");
            options.ignore_all();
            None
        }
    }
}

impl Transformation {
    fn apply(&self, frames: Vec<Frame>) -> Vec<Frame> {
        match self {
            Self::Merge => merge::merge(frames),
            Self::Organize(organize) => organize.apply(frames),
            Self::FilterFields(fields) => fields.apply(frames),
            Self::FilterTargets(pattern) => {
                frames.into_iter().filter(|frame| pattern.matches(&frame.ref_id)).collect()
            }
            Self::Rename { pattern, to } => rename(frames, pattern, to),
            Self::Sort { field, desc } => {
                frames.into_iter().map(|frame| select::sorted(frame, field, *desc)).collect()
            }
            Self::Limit(limit) => frames.iter().map(|frame| select::first(frame, *limit)).collect(),
        }
    }
}

fn rename(frames: Vec<Frame>, pattern: &Pattern, to: &str) -> Vec<Frame> {
    // In JavaScript, letters after `$1` are not part of the group name.
    let to = delimit_groups(to);
    let name = |frame: &Frame, at: usize| {
        let shown = display_name(&frame.fields[at], frame, &frames);
        pattern.matches(&shown).then(|| pattern.regex().replace(&shown, &*to).into_owned())
    };
    let names: Vec<Vec<Option<String>>> =
        frames.iter().map(|frame| (0..frame.fields.len()).map(|at| name(frame, at)).collect()).collect();
    let mut frames = frames;
    for (frame, names) in frames.iter_mut().zip(names) {
        for (field, name) in frame.fields.iter_mut().zip(names) {
            field.renamed = name.or(field.renamed.take());
        }
    }
    frames
}

/// Converts JavaScript's `$1` to `${1}` and escapes other dollar signs.
fn delimit_groups(to: &str) -> String {
    let mut out = String::new();
    let mut rest = to;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        if digits == 0 {
            out.push_str("$$");
        } else {
            out.push_str(&format!("${{{}}}", &after[..digits]));
        }
        rest = &after[digits..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::frame::{Field, Values};

    fn field(name: &str, values: Values) -> Field {
        Field {
            name: name.into(),
            renamed: None,
            shown: None,
            unit: None,
            labels: Default::default(),
            values,
        }
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
    fn merges_tables_by_shared_columns_and_organizes_them() {
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
    fn merges_an_empty_table_as_an_empty_column() {
        let empty = Frame {
            fields: vec![field("Time", Values::Times(vec![])), field("Value #B", numbers(&[]))],
            ..Frame::default()
        };
        let merged = applied(&json!([{"id": "merge"}]), vec![table("A", &["x", "y"], &[1.0, 2.0]), empty]);
        assert_eq!(merged[0].rows(), 2);
        assert_eq!(merged[0].fields[3].values, Values::Numbers(vec![None, None]));
    }

    #[test]
    fn filters_sorts_limits_and_renames() {
        let apply_one =
            |transformation| applied(&json!([transformation]), vec![table("A", &["x", "y"], &[1.0, 2.0])]);
        let kept = apply_one(
            json!({"id": "filterFieldsByName", "options": {"include": {"names": ["method"], "pattern": "/^Val/"}}}),
        );
        assert_eq!(names(&kept[0]), ["method", "Value #A"]);
        let sorted =
            apply_one(json!({"id": "sortBy", "options": {"sort": [{"field": "Value #A", "desc": true}]}}));
        assert_eq!(sorted[0].fields[1].values, texts(&["y", "x"]));
        let first = apply_one(json!({"id": "limit", "options": {"limitField": 1}}));
        assert_eq!(first[0].rows(), 1);
        let renamed = apply_one(
            json!({"id": "renameByRegex", "options": {"regex": "/Value #(.)/", "renamePattern": "$1s"}}),
        );
        assert_eq!(names(&renamed[0]), ["Time", "method", "As"]);
        let filtered = apply_one(json!({"id": "filterByRefId", "options": {"include": "/B/"}}));
        assert!(filtered.is_empty());
    }

    #[test]
    fn records_unsupported_transformations() {
        let json = json!({"transformations": [
            {"id": "calculateField", "options": {"mode": "binary"}},
            {"id": "organize", "options": {"colour": 1}, "filter": {"id": "byRefId"}},
            {"id": "nothing", "disabled": true}]});
        let unsupported = UnsupportedPaths::default();
        check(&serde_json::from_value(json).unwrap(), &unsupported);
        assert_eq!(
            unsupported.into_paths(),
            [
                r#"transformations[0].id = "calculateField""#,
                "transformations[1].filter",
                "transformations[1].options.colour"
            ]
        );
    }
}
