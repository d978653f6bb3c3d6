//! Filters, orders, renames and sorts fields and rows.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    config::Pattern,
    frame::{Frame, Values, display_name},
    read::Object,
};

/// A filter for fields by name.
#[derive(Debug, Default)]
pub(super) struct Fields {
    include: Option<Names>,
    exclude: Option<Names>,
}

#[derive(Debug)]
struct Names {
    names: Vec<String>,
    pattern: Option<Pattern>,
}

impl Fields {
    pub(super) fn read(options: &Object<'_>) -> Option<Self> {
        options.allow("byVariable", &[false.into()]);
        let names = |key: &str| {
            options.value(key)?;
            let object = options.object(key);
            let names = object.texts("names").into_iter().map(str::to_owned).collect();
            let pattern = object.text("pattern").filter(|pattern| !pattern.is_empty()).map(Pattern::of);
            if matches!(pattern, Some(Err(_))) {
                object.reject("pattern");
            }
            Some(Names { names, pattern: pattern.and_then(Result::ok) })
        };
        Some(Self { include: names("include"), exclude: names("exclude") })
    }

    /// Keeps matching fields, and removes frames that become empty.
    pub(super) fn apply(&self, frames: Vec<Frame>) -> Vec<Frame> {
        let is_kept = |name: &str| {
            self.include.as_ref().is_none_or(|names| names.has(name))
                && self.exclude.as_ref().is_none_or(|names| !names.has(name))
        };
        let kept: Vec<Vec<bool>> = frames
            .iter()
            .map(|frame| {
                frame.fields.iter().map(|field| is_kept(&display_name(field, frame, &frames))).collect()
            })
            .collect();
        let pick = |(frame, kept): (Frame, Vec<bool>)| {
            let fields = frame.fields.into_iter().zip(kept).filter(|(_, is_kept)| *is_kept);
            Frame { fields: fields.map(|(field, _)| field).collect(), ..frame }
        };
        frames.into_iter().zip(kept).map(pick).filter(|frame| !frame.fields.is_empty()).collect()
    }
}

impl Names {
    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|own| own == name)
            || self.pattern.as_ref().is_some_and(|pattern| pattern.matches(name))
    }
}

#[derive(Debug, Default)]
pub(super) struct Organize {
    excluded: BTreeSet<String>,
    position: BTreeMap<String, u64>,
    names: BTreeMap<String, String>,
}

impl Organize {
    pub(super) fn read(options: &Object<'_>) -> Self {
        options.allow("orderByMode", &["manual".into()]);
        // A list of the only fields to keep.
        options.allow("includeByName", &[serde_json::json!({})]);
        let excluded = options.object("excludeByName");
        let excluded = excluded.entries().filter(|(_, is)| **is == true).map(|(name, _)| name.clone());
        let position = options.object("indexByName");
        let position = position.entries().filter_map(|(name, at)| Some((name.clone(), at.as_u64()?)));
        let names = options.object("renameByName");
        let names = names.entries().filter_map(|(name, to)| Some((name.clone(), to.as_str()?.to_owned())));
        Self {
            excluded: excluded.collect(),
            position: position.collect(),
            names: names.filter(|(_, to)| !to.is_empty()).collect(),
        }
    }

    /// Removes, orders and renames fields. Fields without a position come last.
    pub(super) fn apply(&self, frames: Vec<Frame>) -> Vec<Frame> {
        let shown: Vec<Vec<String>> = frames
            .iter()
            .map(|frame| frame.fields.iter().map(|field| display_name(field, frame, &frames)).collect())
            .collect();
        let mut organized = Vec::new();
        for (frame, names) in frames.into_iter().zip(shown) {
            let mut fields: Vec<_> = names.into_iter().zip(frame.fields).collect();
            fields.retain(|(name, _)| !self.excluded.contains(name));
            if !self.position.is_empty() {
                fields.sort_by_key(|(name, _)| self.position.get(name).copied().unwrap_or(u64::MAX));
            }
            let fields = fields.into_iter().map(|(name, mut field)| {
                field.renamed = self.names.get(&name).cloned().or(field.renamed);
                field
            });
            organized.push(Frame { fields: fields.collect(), ..frame });
        }
        organized
    }
}

/// Sorts rows by a field. Returns the frame unchanged if it has no such field.
pub(super) fn sorted(frame: Frame, by: &str, desc: bool) -> Frame {
    let all = std::slice::from_ref(&frame);
    let field = frame.fields.iter().find(|field| field.name == by || display_name(field, &frame, all) == by);
    let Some(field) = field else { return frame };
    let mut rows: Vec<usize> = (0..frame.rows()).collect();
    rows.sort_by(|&a, &b| {
        let order = compare(&field.values, a, b);
        if desc { order.reverse() } else { order }
    });
    pick_rows(&frame, rows)
}

/// The first `limit` rows of a frame.
pub(super) fn first(frame: &Frame, limit: usize) -> Frame {
    let rows = (0..frame.rows().min(limit)).collect();
    pick_rows(frame, rows)
}

fn pick_rows(frame: &Frame, rows: Vec<usize>) -> Frame {
    let rows: Vec<Option<usize>> = rows.into_iter().map(Some).collect();
    let mut picked = frame.clone();
    for field in &mut picked.fields {
        field.values = field.values.pick(&rows);
    }
    picked
}

fn compare(values: &Values, a: usize, b: usize) -> Ordering {
    match values {
        Values::Times(values) => values[a].cmp(&values[b]),
        Values::Numbers(values) => match (values[a], values[b]) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        },
        Values::Texts(values) => values[a].cmp(&values[b]),
    }
}
