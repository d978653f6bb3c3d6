//! Transformations: what a panel does to its data before it draws.

mod merge;
mod organize;
mod select;

use serde_json::Value;

use super::{
    config::Pattern,
    frame::{Frame, display_name},
    model::Panel,
    read::{Object, Unknowns},
};

/// A transformation that is known, with its options.
#[derive(Debug)]
enum Transformation {
    Merge,
    Organize(organize::Organize),
    FilterFields(select::Fields),
    FilterTargets(Pattern),
    Rename { pattern: Pattern, to: String },
    Sort { field: String, desc: bool },
    Limit(usize),
}

/// Applies a panel's transformations in order; what is not known is left out, and named by `check`.
pub(crate) fn apply(panel: &Panel, mut frames: Vec<Frame>) -> Vec<Frame> {
    for transformation in read(panel, &Unknowns::default()) {
        frames = transformation.of(frames);
    }
    frames
}

/// Names what a panel's transformations say that is not known.
pub(crate) fn check(panel: &Panel, unknowns: &Unknowns) {
    read(panel, unknowns);
}

fn read(panel: &Panel, unknowns: &Unknowns) -> Vec<Transformation> {
    let one = |(at, json): (usize, &Value)| {
        let object = Object::new(format!("transformations[{at}]"), json, unknowns);
        if object.flag("disabled") == Some(true) {
            object.ignore(&["id", "options", "filter", "topic"]);
            return None;
        }
        known(&object)
    };
    panel.transformations.iter().enumerate().filter_map(one).collect()
}

fn known(object: &Object<'_>) -> Option<Transformation> {
    let options = object.object("options");
    let pattern = |key: &str| {
        let pattern = Pattern::of(options.text(key).unwrap_or_default());
        if pattern.is_err() {
            options.refuse(key);
        }
        pattern.ok()
    };
    match object.text("id") {
        Some("merge") => Some(Transformation::Merge),
        Some("organize") => Some(Transformation::Organize(organize::Organize::read(&options))),
        Some("filterFieldsByName") => select::Fields::read(&options).map(Transformation::FilterFields),
        Some("filterByRefId") => pattern("include").map(Transformation::FilterTargets),
        Some("renameByRegex") => {
            let to = options.text("renamePattern").unwrap_or_default().to_owned();
            pattern("regex").map(|pattern| Transformation::Rename { pattern, to })
        }
        Some("sortBy") => {
            let by = options.objects("sort");
            let [by] = by.as_slice() else {
                options.refuse("sort");
                return None;
            };
            let field = by.text("field")?.to_owned();
            Some(Transformation::Sort { field, desc: by.flag("desc").unwrap_or(false) })
        }
        Some("limit") => Some(Transformation::Limit(options.count("limitField").unwrap_or(10) as usize)),
        _ => {
            object.refuse("id");
            options.leave();
            None
        }
    }
}

impl Transformation {
    fn of(&self, frames: Vec<Frame>) -> Vec<Frame> {
        match self {
            Self::Merge => merge::merge(frames),
            Self::Organize(organize) => organize.of(frames),
            Self::FilterFields(fields) => fields.of(frames),
            Self::FilterTargets(pattern) => {
                frames.into_iter().filter(|frame| pattern.matches(&frame.ref_id)).collect()
            }
            Self::Rename { pattern, to } => renamed(frames, pattern, to),
            Self::Sort { field, desc } => {
                frames.into_iter().map(|frame| select::sorted(frame, field, *desc)).collect()
            }
            Self::Limit(most) => frames.iter().map(|frame| select::first(frame, *most)).collect(),
        }
    }
}

fn renamed(frames: Vec<Frame>, pattern: &Pattern, to: &str) -> Vec<Frame> {
    // JavaScript's `$1` is a group also where letters follow.
    let to = pattern_groups(to);
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

fn pattern_groups(to: &str) -> String {
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
mod tests;
