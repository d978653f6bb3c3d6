//! Points in line protocol.

use std::collections::BTreeMap;

/// A point with a timestamp, whose names contain no spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Measurement and tags, unparsed.
    pub series: String,
    /// Field values by name, unparsed.
    pub fields: BTreeMap<String, String>,
    /// Nanoseconds since 1970.
    pub timestamp: u64,
}

impl Point {
    /// Parses a line.
    ///
    /// # Panics
    /// If the line is not such a point.
    #[must_use]
    pub fn parse(line: &str) -> Self {
        let parts: Vec<_> = line.split(' ').collect();
        let [series, fields, timestamp] = parts[..] else { panic!("not a point: {line}") };
        let field = |field: &str| {
            let (name, value) = field.split_once('=').unwrap_or_else(|| panic!("not a field: {line}"));
            (name.to_owned(), value.to_owned())
        };
        Self {
            series: series.to_owned(),
            fields: fields.split(',').map(field).collect(),
            timestamp: timestamp.parse().unwrap_or_else(|_| panic!("no timestamp: {line}")),
        }
    }

    /// A field's value; `None` without the field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// A field's value.
    ///
    /// # Panics
    /// If the point does not have the field.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}"))
    }
}
