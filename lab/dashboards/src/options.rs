//! Options specific to each panel type.

mod heatmap;
mod stat;
mod table;
mod timeline;

use serde::Serialize;

use crate::{
    model::{Kind, Panel},
    read::{Object, UnsupportedPaths},
};

pub(crate) use self::stat::{FieldFilter, Reduce};
pub use self::{
    heatmap::HeatMapOptions,
    stat::{BarGauge, Gauge, Stat, TextSize},
    table::{AlertList, Sort, TableOptions},
    timeline::{
        Legend, LegendMode, LegendPlacement, StateTimeline, TimeSeries, Tooltip, TooltipMode, TooltipSort,
    },
};

/// A panel's options.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(untagged)]
#[cfg_attr(feature = "ts", ts(rename = "PanelOptions"))]
pub enum Options {
    /// Time series.
    TimeSeries(TimeSeries),
    /// State timeline.
    StateTimeline(StateTimeline),
    /// Stat.
    Stat(Stat),
    /// Gauge.
    Gauge(Gauge),
    /// Bar gauge.
    BarGauge(BarGauge),
    /// Table.
    Table(TableOptions),
    /// Heat map.
    HeatMap(HeatMapOptions),
    /// Alert list.
    AlertList(AlertList),
    /// A panel type without options.
    Nothing {},
}

impl Options {
    /// Reads a panel's `options`.
    pub(crate) fn read(panel: &Panel, kind: Kind, unsupported: &UnsupportedPaths) -> Self {
        let object = Object::new("options", &panel.options, unsupported);
        match kind {
            Kind::TimeSeries => Self::TimeSeries(TimeSeries::read(&object)),
            Kind::StateTimeline => Self::StateTimeline(StateTimeline::read(&object)),
            Kind::Stat => Self::Stat(Stat::read(&object)),
            Kind::Gauge => Self::Gauge(Gauge::read(&object)),
            Kind::BarGauge => Self::BarGauge(BarGauge::read(&object)),
            Kind::Table => Self::Table(TableOptions::read(&object)),
            Kind::HeatMap => Self::HeatMap(HeatMapOptions::read(&object)),
            Kind::AlertList => Self::AlertList(AlertList::read(&object)),
            Kind::Text => {
                object.allow("mode", &["markdown".into()]);
                object.ignore(&["content", "code"]);
                Self::Nothing {}
            }
            Kind::Row => Self::Nothing {},
        }
    }
}
