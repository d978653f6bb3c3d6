//! A line of line protocol.

use std::collections::BTreeMap;

/// One without spaces in its names, and with a timestamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Measurement and tags, as written.
    pub series: String,
    /// Values as written.
    pub fields: BTreeMap<String, String>,
    /// Nanoseconds since 1970.
    pub timestamp: u64,
}

impl Point {
    /// Reads a line.
    ///
    /// # Panics
    /// If it is no such point.
    #[must_use]
    pub fn parse(line: &str) -> Self {
        let parts: Vec<_> = line.split(' ').collect();
        let [series, fields, timestamp] = parts[..] else { panic!("no point: {line}") };
        let field = |field: &str| {
            let (name, value) = field.split_once('=').unwrap_or_else(|| panic!("no field: {line}"));
            (name.to_owned(), value.to_owned())
        };
        Self {
            series: series.to_owned(),
            fields: fields.split(',').map(field).collect(),
            timestamp: timestamp.parse().unwrap_or_else(|_| panic!("no timestamp: {line}")),
        }
    }

    /// A field's value, if it has the field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// A field's value.
    ///
    /// # Panics
    /// If it does not have the field.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}"))
    }
}
