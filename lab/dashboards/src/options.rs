//! What a kind of panel can be told.

mod heatmap;
mod legend;
mod reduce;
mod stat;
mod table;
mod timeline;

use serde::Serialize;

use super::{
    kind::Kind,
    model::Panel,
    read::{Object, Unknowns},
};

pub(crate) use self::reduce::{Reduce, Which};
pub use self::{
    heatmap::HeatMapOptions,
    legend::{Legend, LegendMode, LegendPlacement, Tooltip, TooltipMode, TooltipSort},
    stat::{BarGauge, Gauge, Stat, TextSize},
    table::{Sort, TableOptions},
    timeline::{StateTimeline, TimeSeries},
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

/// What a list of alerts was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AlertList {
    /// How many at most.
    pub max_items: u32,
    /// Only those that are named so.
    pub name: String,
    /// Only those of the dashboard.
    pub this_dashboard: bool,
}

impl Options {
    /// Reads what stands under `options`.
    pub(crate) fn read(panel: &Panel, kind: Kind, unknowns: &Unknowns) -> Self {
        let object = Object::new("options", &panel.options, unknowns);
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
                object.only("mode", &["markdown".into()]);
                object.ignore(&["content", "code"]);
                Self::Nothing {}
            }
            Kind::Row => Self::Nothing {},
        }
    }
}

impl AlertList {
    fn read(object: &Object<'_>) -> Self {
        object.only("viewMode", &["list".into()]);
        object.only("groupMode", &["default".into()]);
        object.only("sortOrder", &[1.into()]);
        object.ignore(&["alertInstanceLabelFilter", "showOptions"]);
        let states = object.object("stateFilter");
        for (state, shown) in
            [("firing", true), ("pending", true), ("noData", false), ("normal", false), ("error", true)]
        {
            states.only(state, &[shown.into()]);
        }
        Self {
            max_items: object.count("maxItems").unwrap_or(20),
            name: object.text("alertName").unwrap_or_default().to_owned(),
            this_dashboard: object.flag("dashboardAlerts").unwrap_or(false),
        }
    }
}
