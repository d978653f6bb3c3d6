//! Labels whose values come from the call, out of sets that are closed when metrics are built.

use std::fmt;

use grpc_calls::RequestHead;
use rustc_hash::FxHashMap;

use crate::BuildError;

/// The most sets of values that the context labels of one method may combine into.
const LIMIT: usize = 1024;

/// The value that stands for every one that was not declared.
const OTHER: &str = "other";

type Read = Box<dyn for<'a> Fn(RequestHead<'a>) -> Option<&'a str> + Send + Sync>;

/// A label with its closed set of values: the first is `""`, the last is [`OTHER`].
pub(crate) struct ContextLabel {
    pub(crate) name: String,
    values: Vec<String>,
    /// How many of them, from the first, are shown before they are seen.
    declared: usize,
    positions: FxHashMap<String, usize>,
    read: Read,
}

impl ContextLabel {
    pub(crate) fn new(
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

/// All context labels; their sets of values are numbered from 0, which is "all missing".
#[derive(Debug, Default)]
pub(crate) struct Contexts {
    labels: Vec<ContextLabel>,
}

impl Contexts {
    pub(crate) fn new(labels: Vec<ContextLabel>) -> Result<Self, BuildError> {
        let contexts = Self { labels };
        let count = contexts.labels.iter().try_fold(1usize, |count, label| {
            count.checked_mul(label.values.len()).filter(|count| *count <= LIMIT)
        });
        count.map(|_| contexts).ok_or(BuildError::TooManyContexts { limit: LIMIT })
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(|label| label.name.as_str())
    }

    /// How many sets of values there are.
    pub(crate) fn count(&self) -> usize {
        self.labels.iter().map(|label| label.values.len()).product()
    }

    /// The number of the set of values that a call has.
    #[inline]
    pub(crate) fn number(&self, head: RequestHead<'_>) -> usize {
        self.labels.iter().fold(0, |number, label| number * label.values.len() + label.position(head))
    }

    /// Whether all values of a set were declared, or are missing.
    pub(crate) fn is_declared(&self, mut number: usize) -> bool {
        self.labels.iter().rev().all(|label| {
            let position = number % label.values.len();
            number /= label.values.len();
            position < label.declared
        })
    }

    /// The values of a set, in the order of the names.
    pub(crate) fn values(&self, mut number: usize) -> Vec<&str> {
        let mut values: Vec<&str> = self
            .labels
            .iter()
            .rev()
            .map(|label| {
                let value = &label.values[number % label.values.len()];
                number /= label.values.len();
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
        let number = contexts.number(RequestHead::of(&request));
        assert!(number < contexts.count());
        contexts.values(number).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn values_are_declared_missing_or_other() {
        let contexts = Contexts::new(vec![label("tenant", &["a", "b"]), label("tier", &["gold"])]).unwrap();
        assert_eq!(contexts.count(), 4 * 3);
        assert_eq!(values(&contexts, &[]), ["", ""]);
        assert_eq!(values(&contexts, &[("tenant", "b"), ("tier", "gold")]), ["b", "gold"]);
        assert_eq!(values(&contexts, &[("tenant", "zzz")]), ["other", ""]);
    }

    #[test]
    fn no_labels_are_one_empty_set() {
        let contexts = Contexts::default();
        assert_eq!(contexts.count(), 1);
        assert!(values(&contexts, &[]).is_empty());
    }

    #[test]
    fn too_many_sets_are_refused() {
        let many: Vec<String> = (0..200).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let labels = vec![label("a", &many), label("b", &many)];
        assert!(matches!(Contexts::new(labels), Err(BuildError::TooManyContexts { .. })));
    }
}
