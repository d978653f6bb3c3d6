//! Leaves out, orders and renames fields.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{
    frame::{Frame, display_name},
    read::Object,
};

#[derive(Debug, Default)]
pub(super) struct Organize {
    excluded: BTreeSet<String>,
    place: BTreeMap<String, u64>,
    names: BTreeMap<String, String>,
}

impl Organize {
    pub(super) fn read(options: &Object<'_>) -> Self {
        options.only("orderByMode", &["manual".into()]);
        // Those that are to stay alone.
        options.only("includeByName", &[serde_json::json!({})]);
        let excluded = options.object("excludeByName");
        let excluded = excluded.entries().filter(|(_, is)| **is == true).map(|(name, _)| name.clone());
        let place = options.object("indexByName");
        let place = place.entries().filter_map(|(name, at)| Some((name.clone(), at.as_u64()?)));
        let names = options.object("renameByName");
        let names = names.entries().filter_map(|(name, to)| Some((name.clone(), to.as_str()?.to_owned())));
        Self {
            excluded: excluded.collect(),
            place: place.collect(),
            names: names.filter(|(_, to)| !to.is_empty()).collect(),
        }
    }

    /// Fields without a place come last.
    pub(super) fn of(&self, frames: Vec<Frame>) -> Vec<Frame> {
        let shown: Vec<Vec<String>> = frames
            .iter()
            .map(|frame| frame.fields.iter().map(|field| display_name(field, frame, &frames)).collect())
            .collect();
        let mut organized = Vec::new();
        for (frame, names) in frames.into_iter().zip(shown) {
            let mut fields: Vec<_> = names.into_iter().zip(frame.fields).collect();
            fields.retain(|(name, _)| !self.excluded.contains(name));
            if !self.place.is_empty() {
                fields.sort_by_key(|(name, _)| self.place.get(name).copied().unwrap_or(u64::MAX));
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
