//! Views: a panel's data as Grafana would draw it, independent of the renderer.

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

/// The content of a panel.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum View {
    /// Series over time.
    Series(SeriesSet),
    /// One number per field.
    Values {
        /// Values in field order.
        values: Vec<Value>,
    },
    /// Rows and columns.
    Table(Table),
    /// Counts per time and bucket.
    HeatMap(Box<HeatMap>),
    /// Rendered Markdown.
    Text {
        /// HTML without scripts and external resources.
        html: String,
    },
}

/// The view of a panel. The responses must be in the order of the panel's targets.
///
/// # Errors
///
/// Returns an error if the panel type cannot show the data, and for alert lists, whose alerts come from no data source.
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
