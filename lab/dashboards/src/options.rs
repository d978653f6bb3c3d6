//! What a kind of panel can be told.

mod heatmap;
mod stat;
mod table;
mod timeline;

use serde::Serialize;

use crate::{
    model::{Kind, Panel},
    read::{Object, UnsupportedPaths},
};

pub(crate) use self::stat::{Reduce, Which};
pub use self::{
    heatmap::HeatMapOptions,
    stat::{BarGauge, Gauge, Stat, TextSize},
    table::{AlertList, Sort, TableOptions},
    timeline::{
        Legend, LegendMode, LegendPlacement, StateTimeline, TimeSeries, Tooltip, TooltipMode, TooltipSort,
    },
};

/// What a panel was told, by its kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(untagged)]
#[cfg_attr(feature = "ts", ts(rename = "PanelOptions"))]
pub enum Options {
    /// Of a time series.
    TimeSeries(TimeSeries),
    /// Of a state timeline.
    StateTimeline(StateTimeline),
    /// Of a stat.
    Stat(Stat),
    /// Of a gauge.
    Gauge(Gauge),
    /// Of a bar gauge.
    BarGauge(BarGauge),
    /// Of a table.
    Table(TableOptions),
    /// Of a heat map.
    HeatMap(HeatMapOptions),
    /// Of a list of alerts.
    AlertList(AlertList),
    /// Of what can be told nothing.
    Nothing {},
}

impl Options {
    /// Reads what stands under `options`.
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
