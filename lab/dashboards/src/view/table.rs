//! Rows and columns.

use serde::Serialize;

use super::data::PanelData;
use crate::{
    Unsupported,
    config::Config,
    frame::{Field, Values},
};

/// Rows and columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "TableView"))]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// As many cells as columns in each.
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "TableColumn"))]
pub struct Column {
    /// How it is shown.
    pub config: Config,
    /// What its cells are.
    #[serde(rename = "type")]
    pub kind: ColumnType,
}

/// What a column's cells are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// Numbers.
    Number,
    /// Words.
    String,
    /// Unix milliseconds.
    Time,
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(untagged)]
#[cfg_attr(feature = "ts", ts(rename = "TableCell"))]
pub enum Cell {
    /// A number.
    Number(f64),
    /// A time.
    Time(i64),
    /// A word.
    Text(String),
    /// Nothing, or what is no number.
    Empty(()),
}

/// Hidden columns are left out.
pub(super) fn draw(data: &PanelData<'_>) -> Result<Table, Unsupported> {
    let mut full = data.frames.iter().filter(|frame| !frame.fields.is_empty());
    let Some(frame) = full.next() else { return Ok(Table::default()) };
    let more = full.count();
    if more > 0 {
        return Err(Unsupported(format!(
            "a table of {} frames, of which Grafana shows one at a time",
            more + 1
        )));
    }
    let mut table = Table::default();
    let mut shown: Vec<&Field> = Vec::new();
    for (at, field) in frame.fields.iter().enumerate() {
        let config = data.config(frame, at);
        if config.custom.hide.viz {
            continue;
        }
        let kind = match field.values {
            Values::Times(_) => ColumnType::Time,
            Values::Numbers(_) => ColumnType::Number,
            Values::Texts(_) => ColumnType::String,
        };
        table.columns.push(Column { config, kind });
        shown.push(field);
    }
    let row = |row: usize| shown.iter().map(|field| cell(&field.values, row)).collect();
    table.rows = (0..frame.rows()).map(row).collect();
    Ok(table)
}

fn cell(values: &Values, row: usize) -> Cell {
    let found = match values {
        Values::Times(values) => values[row].map(Cell::Time),
        Values::Numbers(values) => values[row].filter(|number| number.is_finite()).map(Cell::Number),
        Values::Texts(values) => values[row].clone().map(Cell::Text),
    };
    found.unwrap_or(Cell::Empty(()))
}
