//! Labels whose values come from each call, out of sets that are declared when metrics are built.

use std::fmt;

use rustc_hash::FxHashMap;

use super::error::BuildError;
use crate::RequestHead;

/// The maximum number of combinations of the context labels' values.
const MAX_CONTEXTS: usize = 1024;

/// The value of a label whose value in the call is not declared.
const OTHER: &str = "other";

type Read = Box<dyn for<'a> Fn(RequestHead<'a>) -> Option<&'a str> + Send + Sync>;

/// A label and its possible values: the first is `""`, the last is [`OTHER`].
pub(super) struct ContextLabel {
    pub(super) name: String,
    values: Vec<String>,
    /// The number of leading values that are exported before a call has them.
    declared: usize,
    positions: FxHashMap<String, usize>,
    read: Read,
}

impl ContextLabel {
    pub(super) fn new(
        name: String,
        declared: impl IntoIterator<Item = String>,
        read: impl for<'a> Fn(RequestHead<'a>) -> Option<&'a str> + Send + Sync + 'static,
    ) -> Self {
        let mut values = vec![String::new()];
        let mut positions = FxHashMap::from_iter([(String::new(), 0)]);
        for value in declared {
            positions.entry(value).or_insert_with_key(|value| {
                values.push(value.clone());
                values.len() - 1
            });
        }
        let declared = values.len();
        if !positions.contains_key(OTHER) {
            values.push(OTHER.to_owned());
            positions.insert(OTHER.to_owned(), values.len() - 1);
        }
        Self { name, values, declared, positions, read: Box::new(read) }
    }

    fn position(&self, head: RequestHead<'_>) -> usize {
        let value = (self.read)(head).unwrap_or_default();
        self.positions.get(value).copied().unwrap_or_else(|| self.positions[OTHER])
    }
}

impl fmt::Debug for ContextLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContextLabel").field("name", &self.name).field("values", &self.values).finish()
    }
}

/// All context labels. A context is a combination of their values; index 0 is that of a call without any.
#[derive(Debug, Default)]
pub(super) struct Contexts {
    labels: Vec<ContextLabel>,
}

impl Contexts {
    pub(super) fn new(labels: Vec<ContextLabel>) -> Result<Self, BuildError> {
        let contexts = Self { labels };
        let count = contexts.labels.iter().try_fold(1usize, |count, label| {
            count.checked_mul(label.values.len()).filter(|count| *count <= MAX_CONTEXTS)
        });
        count.map(|_| contexts).ok_or(BuildError::TooManyContexts { max: MAX_CONTEXTS })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(|label| label.name.as_str())
    }

    /// The number of contexts.
    pub(super) fn count(&self) -> usize {
        self.labels.iter().map(|label| label.values.len()).product()
    }

    /// The index of a call's context.
    #[inline]
    pub(super) fn index(&self, head: RequestHead<'_>) -> usize {
        self.labels.iter().fold(0, |index, label| index * label.values.len() + label.position(head))
    }

    /// The index of the context whose labels have these values.
    pub(super) fn find<'a>(&self, value: impl Fn(&str) -> Option<&'a str>) -> Option<usize> {
        self.labels.iter().try_fold(0, |index, label| {
            let position = *label.positions.get(value(&label.name).unwrap_or_default())?;
            Some(index * label.values.len() + position)
        })
    }

    /// Whether all values of a context are declared or missing.
    pub(super) fn is_declared(&self, mut index: usize) -> bool {
        self.labels.iter().rev().all(|label| {
            let position = index % label.values.len();
            index /= label.values.len();
            position < label.declared
        })
    }

    /// The values of a context, in the order of the names.
    pub(super) fn values(&self, mut index: usize) -> Vec<&str> {
        let mut values: Vec<&str> = self
            .labels
            .iter()
            .rev()
            .map(|label| {
                let value = &label.values[index % label.values.len()];
                index /= label.values.len();
                value.as_str()
            })
            .collect();
        values.reverse();
        values
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn label(name: &'static str, values: &[&str]) -> ContextLabel {
        ContextLabel::new(name.to_owned(), values.iter().map(|v| (*v).to_owned()), move |head| {
            head.header(name)
        })
    }

    fn values(contexts: &Contexts, headers: &[(&'static str, &str)]) -> Vec<String> {
        let mut request = Request::new(());
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let index = contexts.index(RequestHead::of(&request));
        assert!(index < contexts.count());
        let found = contexts
            .find(|name| contexts.names().position(|one| one == name).map(|at| contexts.values(index)[at]));
        assert_eq!(found, Some(index));
        contexts.values(index).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn undeclared_values_become_other() {
        let contexts = Contexts::new(vec![label("tenant", &["a", "b"]), label("tier", &["gold"])]).unwrap();
        assert_eq!(contexts.count(), 4 * 3);
        assert_eq!(values(&contexts, &[]), ["", ""]);
        assert_eq!(values(&contexts, &[("tenant", "b"), ("tier", "gold")]), ["b", "gold"]);
        assert_eq!(values(&contexts, &[("tenant", "zzz")]), ["other", ""]);
    }

    #[test]
    fn no_labels_have_one_context() {
        let contexts = Contexts::default();
        assert_eq!(contexts.count(), 1);
        assert!(values(&contexts, &[]).is_empty());
    }

    #[test]
    fn rejects_too_many_contexts() {
        let many: Vec<String> = (0..200).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let labels = vec![label("a", &many), label("b", &many)];
        assert!(matches!(Contexts::new(labels), Err(BuildError::TooManyContexts { .. })));
    }
}
