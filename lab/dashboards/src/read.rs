//! Reads JSON objects and records the path of every key or value that is not supported.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
};

use serde_json::{Map, Value};

/// Collects the paths of unsupported settings.
#[derive(Debug, Default)]
pub(crate) struct UnsupportedPaths(RefCell<Vec<String>>);

impl UnsupportedPaths {
    pub(crate) fn record(&self, path: String) {
        self.0.borrow_mut().push(path);
    }

    /// The paths, sorted and without duplicates.
    pub(crate) fn into_paths(self) -> Vec<String> {
        let paths: BTreeSet<String> = self.0.into_inner().into_iter().collect();
        paths.into_iter().collect()
    }
}

/// A JSON object that tracks which keys are read. Dropping it records the unread keys as unsupported. Null values count as
/// absent.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    path: String,
    map: Option<&'a Map<String, Value>>,
    read_keys: RefCell<BTreeSet<String>>,
    ignores_unread: Cell<bool>,
    unsupported: &'a UnsupportedPaths,
}

impl<'a> Object<'a> {
    /// `path` is the prefix of the object's keys in recorded paths.
    pub(crate) fn new(path: impl Into<String>, json: &'a Value, unsupported: &'a UnsupportedPaths) -> Self {
        let path = path.into();
        if !json.is_null() && !json.is_object() {
            unsupported.record(format!("{path} = {json}"));
        }
        Self {
            path,
            map: json.as_object(),
            read_keys: RefCell::default(),
            ignores_unread: Cell::new(false),
            unsupported,
        }
    }

    pub(crate) fn value(&self, key: &str) -> Option<&'a Value> {
        self.read_keys.borrow_mut().insert(key.to_owned());
        self.map?.get(key).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        self.typed(key, Value::as_str)
    }

    /// A text, or a number as text.
    pub(crate) fn string(&self, key: &str) -> Option<String> {
        self.typed(key, |value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    /// A number, or a text that is one.
    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        self.typed(key, as_number)
    }

    /// See [`Self::number`].
    pub(crate) fn count(&self, key: &str) -> Option<u32> {
        self.typed(key, |value| {
            let number = as_number(value)?;
            (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number)).then_some(number as u32)
        })
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        self.typed(key, Value::as_bool)
    }

    pub(crate) fn texts(&self, key: &str) -> Vec<&'a str> {
        let list = self.list(key);
        if !list.iter().all(Value::is_string) {
            self.reject(key);
        }
        list.iter().filter_map(Value::as_str).collect()
    }

    pub(crate) fn list(&self, key: &str) -> &'a [Value] {
        self.typed(key, |value| value.as_array().map(Vec::as_slice)).unwrap_or_default()
    }

    /// An absent object is read as an empty one.
    pub(crate) fn object(&self, key: &str) -> Object<'a> {
        Object::new(self.path_of(key), self.value(key).unwrap_or(&Value::Null), self.unsupported)
    }

    pub(crate) fn objects(&self, key: &str) -> Vec<Object<'a>> {
        let path = self.path_of(key);
        let list = self.list(key).iter().enumerate();
        list.map(|(at, json)| Object::new(format!("{path}[{at}]"), json, self.unsupported)).collect()
    }

    /// A value of a closed set. Any other value is recorded and read as `None`.
    pub(crate) fn choice<T: Copy>(&self, key: &str, set: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let entry = set.iter().find(|(name, _)| *name == text);
        if entry.is_none() {
            self.reject(key);
        }
        entry.map(|(_, choice)| *choice)
    }

    /// Records no unread key of this object.
    pub(crate) fn ignore_all(&self) {
        self.ignores_unread.set(true);
    }

    /// All entries, for objects with user-defined keys.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.ignore_all();
        self.map.into_iter().flatten()
    }

    /// Records the value unless it is absent or one of the supported values.
    pub(crate) fn allow(&self, key: &str, allowed: &[Value]) {
        // `0` equals `0.0`.
        let same = |a: &Value, b: &Value| a == b || (a.is_number() && a.as_f64() == b.as_f64());
        if self.value(key).is_some_and(|value| !allowed.iter().any(|one| same(one, value))) {
            self.reject(key);
        }
    }

    /// Marks keys as read that do not affect the drawing.
    pub(crate) fn ignore(&self, keys: &[&str]) {
        self.read_keys.borrow_mut().extend(keys.iter().map(|&key| key.to_owned()));
    }

    /// Records the key with its value as unsupported.
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

fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        other => other.as_f64(),
    }
}

impl Drop for Object<'_> {
    fn drop(&mut self) {
        if self.ignores_unread.get() {
            return;
        }
        let read_keys = self.read_keys.borrow();
        for (key, value) in self.map.into_iter().flatten() {
            if !value.is_null() && !read_keys.contains(key) {
                self.unsupported.record(self.path_of(key));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn unsupported_paths(json: &Value, read: impl Fn(&Object<'_>)) -> Vec<String> {
        let unsupported = UnsupportedPaths::default();
        read(&Object::new("options", json, &unsupported));
        unsupported.into_paths()
    }

    #[test]
    fn records_the_paths_of_unread_keys() {
        let json = json!({"a": 1, "b": {"c": true, "d": 2, "e": null}, "f": [{"g": 1}]});
        let paths = unsupported_paths(&json, |object| {
            assert_eq!(object.number("a"), Some(1.0));
            assert_eq!(object.object("b").flag("c"), Some(true));
            object.objects("f");
        });
        assert_eq!(paths, ["options.b.d", "options.f[0].g"]);
    }

    #[test]
    fn records_values_of_the_wrong_type_or_outside_the_set() {
        let json = json!({"a": "x", "b": "loud", "c": 2, "d": 0, "e": 5});
        let paths = unsupported_paths(&json, |object| {
            assert_eq!(object.number("a"), None);
            assert_eq!(object.choice("b", &[("quiet", 1)]), None);
            object.allow("c", &[json!(1)]);
            object.allow("d", &[json!(0.0)]);
            object.ignore(&["e"]);
        });
        assert_eq!(paths, [r#"options.a = "x""#, r#"options.b = "loud""#, "options.c = 2"]);
    }
}
