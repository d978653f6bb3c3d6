//! What a panel draws: its data as Grafana would show it, ready for any pen.

mod data;
mod heatmap;
mod series;
mod table;
mod text;
mod values;

use serde::Serialize;

use self::data::PanelData;
use crate::{
    Unsupported,
    config::FieldConfigs,
    frame::frames,
    interpolate::Scope,
    model::{Kind, Panel},
    options::Options,
    read::UnsupportedPaths,
    response::QueryResponse,
    transform,
};

pub use self::{
    heatmap::{Bucket, HeatMap},
    series::{Series, SeriesSet},
    table::{Cell, Column, ColumnType, Table},
    values::{Spark, Value},
};

/// A panel's content.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum View {
    /// Over time.
    Series(SeriesSet),
    /// A number each.
    Values {
        /// In the order of the fields.
        values: Vec<Value>,
    },
    /// Rows and columns.
    Table(Table),
    /// Counts by time and bucket.
    HeatMap(Box<HeatMap>),
    /// Words.
    Text {
        /// Without anything that could run or load.
        html: String,
    },
}

/// What a panel draws of the answers to its queries, which come in the order of its targets.
///
/// # Errors
///
/// If that data cannot be drawn as such a panel; and for a list of alerts, which is no data source's.
pub fn view(panel: &Panel, responses: &[QueryResponse<'_>], scope: Scope<'_>) -> Result<View, Unsupported> {
    let kind = Kind::of(&panel.kind)?;
    let options = Options::read(panel, kind, &UnsupportedPaths::default());
    if kind == Kind::Text {
        return text::html(panel, scope).map(|html| View::Text { html });
    }
    let frames = transform::apply(panel, frames(responses, scope.variables)?);
    let data = PanelData { configs: FieldConfigs::of(panel, kind), frames: &frames, scope };
    match &options {
        Options::TimeSeries(options) => series::draw(&data, &options.legend).map(View::Series),
        Options::StateTimeline(options) => series::draw(&data, &options.legend).map(View::Series),
        Options::Stat(options) => {
            values::draw(&data, &options.reduce, options.has_spark()).map(|values| View::Values { values })
        }
        Options::Gauge(options) => {
            values::draw(&data, &options.reduce, false).map(|values| View::Values { values })
        }
        Options::BarGauge(options) => {
            values::draw(&data, &options.reduce, false).map(|values| View::Values { values })
        }
        Options::Table(_) => table::draw(&data).map(View::Table),
        Options::HeatMap(options) => heatmap::draw(&data, options).map(|map| View::HeatMap(Box::new(map))),
        Options::AlertList(_) | Options::Nothing {} => {
            Err(Unsupported(format!("data in a {} panel", panel.kind)))
        }
    }
}
