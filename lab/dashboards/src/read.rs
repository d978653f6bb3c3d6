//! Reads a part of a panel's JSON, and names by its path whatever nobody asked for.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
};

use serde_json::{Map, Value};

/// Collects what is not known.
#[derive(Debug, Default)]
pub(crate) struct UnsupportedPaths(RefCell<Vec<String>>);

impl UnsupportedPaths {
    pub(crate) fn record(&self, path: String) {
        self.0.borrow_mut().push(path);
    }

    /// Sorted, each once.
    pub(crate) fn into_names(self) -> Vec<String> {
        let names: BTreeSet<String> = self.0.into_inner().into_iter().collect();
        names.into_iter().collect()
    }
}

/// A JSON object while it is read; when it goes, its keys that were not asked for are unknown. A null counts as absent.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    path: String,
    map: Option<&'a Map<String, Value>>,
    seen: RefCell<BTreeSet<String>>,
    whole: Cell<bool>,
    unsupported: &'a UnsupportedPaths,
}

impl<'a> Object<'a> {
    /// `path` is what stands before its keys in names.
    pub(crate) fn new(path: impl Into<String>, json: &'a Value, unsupported: &'a UnsupportedPaths) -> Self {
        let path = path.into();
        if !json.is_null() && !json.is_object() {
            unsupported.record(format!("{path} = {json}"));
        }
        Self { path, map: json.as_object(), seen: RefCell::default(), whole: Cell::new(false), unsupported }
    }

    pub(crate) fn value(&self, key: &str) -> Option<&'a Value> {
        self.seen.borrow_mut().insert(key.to_owned());
        self.map?.get(key).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        self.typed(key, Value::as_str)
    }

    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        self.typed(key, Value::as_f64)
    }

    pub(crate) fn count(&self, key: &str) -> Option<u32> {
        self.typed(key, |value| value.as_u64().and_then(|count| u32::try_from(count).ok()))
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        self.typed(key, Value::as_bool)
    }

    pub(crate) fn texts(&self, key: &str) -> Vec<&'a str> {
        self.list(key).iter().filter_map(Value::as_str).collect()
    }

    pub(crate) fn list(&self, key: &str) -> &'a [Value] {
        self.typed(key, |value| value.as_array().map(Vec::as_slice)).unwrap_or_default()
    }

    /// An absent object is an empty one.
    pub(crate) fn object(&self, key: &str) -> Object<'a> {
        Object::new(self.path_of(key), self.value(key).unwrap_or(&Value::Null), self.unsupported)
    }

    pub(crate) fn objects(&self, key: &str) -> Vec<Object<'a>> {
        let path = self.path_of(key);
        let list = self.list(key).iter().enumerate();
        list.map(|(at, json)| Object::new(format!("{path}[{at}]"), json, self.unsupported)).collect()
    }

    /// The choice of a closed set; another one is unknown, and none.
    pub(crate) fn choice<T: Copy>(&self, key: &str, set: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = set.iter().find(|(name, _)| *name == text);
        if found.is_none() {
            self.reject(key);
        }
        found.map(|(_, choice)| *choice)
    }

    /// None of its keys is named any more.
    pub(crate) fn ignore_all(&self) {
        self.whole.set(true);
    }

    /// All of it, where the keys are somebody's names.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.ignore_all();
        self.map.into_iter().flatten()
    }

    /// What stands here is drawn only where it has one of these values; absent is well, too.
    pub(crate) fn allow(&self, key: &str, allowed: &[Value]) {
        // A number's spelling does not matter.
        let same = |a: &Value, b: &Value| a == b || (a.is_number() && a.as_f64() == b.as_f64());
        if self.value(key).is_some_and(|value| !allowed.iter().any(|one| same(one, value))) {
            self.reject(key);
        }
    }

    /// These have no effect on what is drawn.
    pub(crate) fn ignore(&self, keys: &[&str]) {
        self.seen.borrow_mut().extend(keys.iter().map(|&key| key.to_owned()));
    }

    /// Names the key with what it holds.
    pub(crate) fn reject(&self, key: &str) {
        let value = self.value(key).unwrap_or(&Value::Null);
        self.unsupported.record(format!("{} = {value}", self.path_of(key)));
    }

    pub(crate) fn unsupported(&self) -> &'a UnsupportedPaths {
        self.unsupported
    }

    pub(crate) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn typed<T>(&self, key: &str, read: impl Fn(&'a Value) -> Option<T>) -> Option<T> {
        let read = read(self.value(key)?);
        if read.is_none() {
            self.reject(key);
        }
        read
    }
}

impl Drop for Object<'_> {
    fn drop(&mut self) {
        if self.whole.get() {
            return;
        }
        let seen = self.seen.borrow();
        for (key, value) in self.map.into_iter().flatten() {
            if !value.is_null() && !seen.contains(key) {
                self.unsupported.record(self.path_of(key));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn unknown(json: &Value, read: impl Fn(&Object<'_>)) -> Vec<String> {
        let unsupported = UnsupportedPaths::default();
        read(&Object::new("options", json, &unsupported));
        unsupported.into_names()
    }

    #[test]
    fn a_key_that_nobody_reads_is_named_by_its_path() {
        let json = json!({"a": 1, "b": {"c": true, "d": 2, "e": null}, "f": [{"g": 1}]});
        let named = unknown(&json, |object| {
            assert_eq!(object.number("a"), Some(1.0));
            assert_eq!(object.object("b").flag("c"), Some(true));
            object.objects("f");
        });
        assert_eq!(named, ["options.b.d", "options.f[0].g"]);
    }

    #[test]
    fn a_value_of_another_type_or_outside_its_set_is_named_with_it() {
        let json = json!({"a": "x", "b": "loud", "c": 2, "d": 0, "e": 5});
        let named = unknown(&json, |object| {
            assert_eq!(object.number("a"), None);
            assert_eq!(object.choice("b", &[("quiet", 1)]), None);
            object.allow("c", &[json!(1)]);
            object.allow("d", &[json!(0.0)]);
            object.ignore(&["e"]);
        });
        assert_eq!(named, [r#"options.a = "x""#, r#"options.b = "loud""#, "options.c = 2"]);
    }
}
