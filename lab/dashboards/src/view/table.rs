//! Tables.

use serde::Serialize;

use super::data::PanelData;
use crate::{
    Unsupported,
    config::Config,
    frame::{Field, Values},
};

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "TableView"))]
pub struct Table {
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows of one cell per column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(rename = "TableColumn"))]
pub struct Column {
    /// Configuration.
    pub config: Config,
    /// Type of the cells.
    #[serde(rename = "type")]
    pub kind: ColumnType,
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// Numbers.
    Number,
    /// Text.
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
    /// Text.
    Text(String),
    /// A missing or non-finite value.
    Empty(()),
}

/// Builds the table without hidden columns.
pub(super) fn draw(data: &PanelData<'_>) -> Result<Table, Unsupported> {
    let mut frames = data.frames.iter().filter(|frame| !frame.fields.is_empty());
    let Some(frame) = frames.next() else { return Ok(Table::default()) };
    let more = frames.count();
    if more > 0 {
        return Err(Unsupported(format!(
            "a table of {} frames, because Grafana shows one at a time",
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
    let cell = match values {
        Values::Times(values) => values[row].map(Cell::Time),
        Values::Numbers(values) => values[row].filter(|number| number.is_finite()).map(Cell::Number),
        Values::Texts(values) => values[row].clone().map(Cell::Text),
    };
    cell.unwrap_or(Cell::Empty(()))
}
