//! Frames, fields and values, and the display name of a field.

use crate::response::Labels;

/// A table with columns of equal length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// The target's `refId`.
    pub ref_id: String,
    /// Name of the series. Empty for tables.
    pub name: String,
    /// Distance between two points, in milliseconds. 0 if unknown.
    pub step_ms: i64,
    /// Columns.
    pub fields: Vec<Field>,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Name in the data source: `Time`, `Value`, a label, ...
    pub name: String,
    /// Name set by a transformation.
    pub renamed: Option<String>,
    /// Display name set by the data source.
    pub shown: Option<String>,
    /// Unit set by the data source.
    pub unit: Option<&'static str>,
    /// Labels of the series.
    pub labels: Labels,
    /// One cell per row.
    pub values: Values,
}

/// The cells of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Unix milliseconds.
    Times(Vec<Option<i64>>),
    /// Numbers, including NaN.
    Numbers(Vec<Option<f64>>),
    /// Strings.
    Texts(Vec<Option<String>>),
}

impl Frame {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.fields.first().map_or(0, |field| field.values.len())
    }

    /// The first time column.
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

    /// The numbers. `None` for other types.
    pub fn numbers(&self) -> Option<&[Option<f64>]> {
        match &self.values {
            Values::Numbers(numbers) => Some(numbers),
            _ => None,
        }
    }
}

impl Values {
    /// Number of cells.
    pub fn len(&self) -> usize {
        match self {
            Self::Times(values) => values.len(),
            Self::Numbers(values) => values.len(),
            Self::Texts(values) => values.len(),
        }
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cells of the given rows, in that order. `None` gives an empty cell.
    #[must_use]
    pub fn pick(&self, rows: &[Option<usize>]) -> Self {
        fn cells<T: Clone>(values: &[Option<T>], rows: &[Option<usize>]) -> Vec<Option<T>> {
            rows.iter().map(|row| values.get((*row)?)?.clone()).collect()
        }
        match self {
            Self::Times(values) => Self::Times(cells(values, rows)),
            Self::Numbers(values) => Self::Numbers(cells(values, rows)),
            Self::Texts(values) => Self::Texts(cells(values, rows)),
        }
    }
}

/// The display name of a field that the panel does not name: the name set by a transformation, the one set by the data source,
/// or the shortest name that distinguishes the field from those of the other frames.
pub fn display_name(field: &Field, frame: &Frame, all: &[Frame]) -> String {
    let explicit = [&field.renamed, &field.shown].into_iter().flatten().find(|name| !name.is_empty());
    if let Some(explicit) = explicit {
        return explicit.clone();
    }
    if matches!(field.values, Values::Times(_)) {
        return field.name.clone();
    }
    let is_plain = field.name == "Value";
    let names_differ = all.windows(2).any(|pair| pair[0].name != pair[1].name);
    let mut parts: Vec<String> = Vec::new();
    let mut is_distinct = false;
    if names_differ && !frame.name.is_empty() {
        parts.push(frame.name.clone());
        is_distinct = true;
    }
    if !is_plain && !field.name.is_empty() {
        parts.push(field.name.clone());
    }
    let labels = match single_label(all) {
        Some(label) => field.labels.get(label).cloned(),
        None => format_labels(&field.labels),
    };
    if let Some(labels) = labels {
        parts.push(labels);
        is_distinct = true;
    }
    if is_plain && !is_distinct && !frame.name.is_empty() {
        parts.push(frame.name.clone());
    }
    if parts.is_empty() { field.name.clone() } else { parts.join(" ") }
}

/// The only label of all fields. `None` if there are several labels or none.
fn single_label(all: &[Frame]) -> Option<&str> {
    let mut names = all.iter().flat_map(|frame| &frame.fields).flat_map(|field| field.labels.keys());
    let first = names.next()?;
    names.all(|name| name == first).then_some(first)
}

fn format_labels(labels: &Labels) -> Option<String> {
    let pairs: Vec<String> = labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
    (!pairs.is_empty()).then(|| format!("{{{}}}", pairs.join(", ")))
}
