//! The name under which a field is shown where nothing in the panel names it.

use super::{super::answer::Labels, Field, Frame, Values};

/// Grafana's order: a transformation's, the data source's, else what tells it apart from its siblings.
pub fn display_name(field: &Field, frame: &Frame, all: &[Frame]) -> String {
    let given = [&field.renamed, &field.shown].into_iter().flatten().find(|name| !name.is_empty());
    if let Some(given) = given {
        return given.clone();
    }
    if matches!(field.values, Values::Times(_)) {
        return field.name.clone();
    }
    let is_plain = field.name == "Value";
    let names_differ = all.windows(2).any(|pair| pair[0].name != pair[1].name);
    let mut parts: Vec<String> = Vec::new();
    let mut told = false;
    if names_differ && !frame.name.is_empty() {
        parts.push(frame.name.clone());
        told = true;
    }
    if !is_plain && !field.name.is_empty() {
        parts.push(field.name.clone());
    }
    let labels = match single_label(all) {
        Some(label) => field.labels.get(label).cloned(),
        None => written(&field.labels),
    };
    if let Some(labels) = labels {
        parts.push(labels);
        told = true;
    }
    if is_plain && !told && !frame.name.is_empty() {
        parts.push(frame.name.clone());
    }
    if parts.is_empty() { field.name.clone() } else { parts.join(" ") }
}

/// The label that all have, if they have no other.
fn single_label(all: &[Frame]) -> Option<&str> {
    let mut names = all.iter().flat_map(|frame| &frame.fields).flat_map(|field| field.labels.keys());
    let first = names.next()?;
    names.all(|name| name == first).then_some(first)
}

fn written(labels: &Labels) -> Option<String> {
    let pairs: Vec<String> = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
    (!pairs.is_empty()).then(|| format!("{{{}}}", pairs.join(", ")))
}
