//! Frames, fields and values, and the display name of a field.

use crate::response::Labels;

/// A table of equally long columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// The target that asked for it.
    pub ref_id: String,
    /// The series' name, where it is one.
    pub name: String,
    /// Between two points, in milliseconds; 0 if unknown.
    pub step_ms: i64,
    /// Columns.
    pub fields: Vec<Field>,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// As the data source names it: `Time`, `Value`, a label, ...
    pub name: String,
    /// The name that a transformation gave it.
    pub renamed: Option<String>,
    /// The name that the data source wants shown.
    pub shown: Option<String>,
    /// The unit that the data source knows.
    pub unit: Option<&'static str>,
    /// Labels of a series' values.
    pub labels: Labels,
    /// One a row.
    pub values: Values,
}

/// The cells of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Unix milliseconds.
    Times(Vec<Option<i64>>),
    /// NaN is a value, too.
    Numbers(Vec<Option<f64>>),
    /// Words.
    Texts(Vec<Option<String>>),
}

impl Frame {
    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.fields.first().map_or(0, |field| field.values.len())
    }

    /// The times of its rows, where it has any.
    pub fn times(&self) -> Option<&[Option<i64>]> {
        self.fields.iter().find_map(|field| match &field.values {
            Values::Times(times) => Some(times.as_slice()),
            _ => None,
        })
    }
}

impl Field {
    pub(crate) fn new(name: &str, values: Values) -> Self {
        let labels = Labels::new();
        Self { name: name.to_owned(), renamed: None, shown: None, unit: None, labels, values }
    }

    /// Its numbers, if it holds such.
    pub fn numbers(&self) -> Option<&[Option<f64>]> {
        match &self.values {
            Values::Numbers(numbers) => Some(numbers),
            _ => None,
        }
    }
}

impl Values {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Times(values) => values.len(),
            Self::Numbers(values) => values.len(),
            Self::Texts(values) => values.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cells of those rows, in that order; a row that is not there is an empty cell.
    #[must_use]
    pub fn pick(&self, rows: &[Option<usize>]) -> Self {
        fn at<T: Clone>(values: &[Option<T>], rows: &[Option<usize>]) -> Vec<Option<T>> {
            rows.iter().map(|row| values.get((*row)?)?.clone()).collect()
        }
        match self {
            Self::Times(values) => Self::Times(at(values, rows)),
            Self::Numbers(values) => Self::Numbers(at(values, rows)),
            Self::Texts(values) => Self::Texts(at(values, rows)),
        }
    }
}

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
