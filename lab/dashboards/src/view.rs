//! What a panel draws: its data as Grafana would show it, ready for any pen.

mod heatmap;
mod series;
mod table;
mod values;
mod words;

use serde::Serialize;

use super::{
    Unknown,
    answer::Answered,
    config::{Config, FieldConfigs},
    frame::{Frame, frames},
    kind::Kind,
    link,
    model::Panel,
    options::Options,
    read::Unknowns,
    scope::Scope,
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
pub fn view(panel: &Panel, answered: &[Answered<'_>], scope: Scope<'_>) -> Result<View, Unknown> {
    let kind = Kind::of(&panel.kind)?;
    let options = Options::read(panel, kind, &Unknowns::default());
    if kind == Kind::Text {
        return words::text(panel, scope);
    }
    let frames = transform::apply(panel, frames(answered, scope.variables)?);
    let drawing = Drawing { configs: FieldConfigs::of(panel, kind), frames: &frames, scope };
    match &options {
        Options::TimeSeries(options) => series::draw(&drawing, &options.legend).map(View::Series),
        Options::StateTimeline(options) => series::draw(&drawing, &options.legend).map(View::Series),
        Options::Stat(options) => {
            values::draw(&drawing, &options.reduce, options.has_spark()).map(|values| View::Values { values })
        }
        Options::Gauge(options) => {
            values::draw(&drawing, &options.reduce, false).map(|values| View::Values { values })
        }
        Options::BarGauge(options) => {
            values::draw(&drawing, &options.reduce, false).map(|values| View::Values { values })
        }
        Options::Table(_) => table::draw(&drawing).map(View::Table),
        Options::HeatMap(options) => heatmap::draw(&drawing, options).map(|map| View::HeatMap(Box::new(map))),
        Options::AlertList(_) | Options::Nothing {} => {
            Err(Unknown(format!("data in a {} panel", panel.kind)))
        }
    }
}

/// What the kinds of drawings share.
struct Drawing<'a> {
    configs: FieldConfigs<'a>,
    frames: &'a [Frame],
    scope: Scope<'a>,
}

impl Drawing<'_> {
    /// How a field of a frame is shown, its words filled in.
    fn config(&self, frame: &Frame, field: usize) -> Config {
        let of = &frame.fields[field];
        let (config, is_named) = self.configs.config(of, frame, self.frames);
        link::fill(config, is_named, of, frame, self.scope)
    }
}
