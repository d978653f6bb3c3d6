//! Data as Grafana's data sources give it to a panel: frames of fields, as many values in each.

mod heatmap;
mod influxql;
mod name;
mod prometheus;
mod traces;

use super::{
    Unknown,
    answer::{Answer, Answered, Labels},
    queries::Query,
    variables::Bound,
};

pub use name::display_name;

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
    fn new(name: &str, values: Values) -> Self {
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

/// The frames of a panel's answers, in Grafana's order: series, tables, heat maps.
pub fn frames(answered: &[Answered<'_>], variables: &[Bound]) -> Result<Vec<Frame>, Unknown> {
    let (mut series, mut tables, mut heatmaps) = (Vec::new(), Vec::new(), Vec::new());
    for one in answered {
        match one.answer {
            Answer::Prometheus(answer) => {
                let frames = prometheus::frames(one, answer, variables)?;
                match one.target.format.as_deref() {
                    None | Some("" | "time_series") => series.extend(frames),
                    Some("table") => tables.push(prometheus::Table { ref_id: &one.target.ref_id, frames }),
                    Some("heatmap") => heatmaps.extend(heatmap::rows(frames)),
                    Some(other) => return Err(Unknown(format!("targets.format = {other:?}"))),
                }
            }
            Answer::InfluxQl(answer) => series.extend(influxql::frames(one, answer, variables)?),
            Answer::Traces(answer) => series.push(traces::frame(&one.target.ref_id, answer)),
        }
    }
    series.extend(prometheus::tables(tables));
    series.extend(heatmaps);
    Ok(series)
}

/// Between two points of what a query gives, in milliseconds; 0 if it has no steps.
fn step_ms(query: &Query) -> i64 {
    let step = match query {
        Query::Range { step, .. } => step.as_millis(),
        Query::InfluxQl { width, .. } => width.as_millis(),
        Query::Instant { .. } | Query::Traces { .. } => 0,
    };
    i64::try_from(step).unwrap_or(i64::MAX)
}
