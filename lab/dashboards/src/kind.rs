//! The kinds of panels that can be drawn.

use serde::Serialize;

use super::Unknown;

/// What a panel is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", ts(rename = "PanelKind"))]
pub enum Kind {
    /// Lines, bars, points over time.
    #[serde(rename = "timeseries")]
    TimeSeries,
    /// A big number each.
    Stat,
    /// A number on a dial.
    Gauge,
    /// A number as a bar.
    #[serde(rename = "bargauge")]
    BarGauge,
    /// Rows and columns.
    Table,
    /// Counts by time and bucket.
    #[serde(rename = "heatmap")]
    HeatMap,
    /// States over time.
    StateTimeline,
    /// Words.
    Text,
    /// A heading over panels.
    Row,
    /// Alerts and their states.
    #[serde(rename = "alertlist")]
    AlertList,
}

impl Kind {
    /// The kind of a panel's `type`.
    pub fn of(name: &str) -> Result<Self, Unknown> {
        Ok(match name {
            "timeseries" => Self::TimeSeries,
            "stat" => Self::Stat,
            "gauge" => Self::Gauge,
            "bargauge" => Self::BarGauge,
            "table" => Self::Table,
            "heatmap" => Self::HeatMap,
            "state-timeline" => Self::StateTimeline,
            "text" => Self::Text,
            "row" => Self::Row,
            "alertlist" => Self::AlertList,
            other => return Err(Unknown(format!("panel type {other:?}"))),
        })
    }
}
