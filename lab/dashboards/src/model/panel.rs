//! A panel: its position, queries and display settings.

mod read;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::DataSource;
use crate::Unsupported;

/// A panel.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Value")]
pub struct Panel {
    /// Unique in the dashboard. Alerts link to panels by id.
    pub id: u64,
    /// Title. May contain variables.
    pub title: String,
    /// Panel type, such as `timeseries`. See [`Kind`].
    pub kind: String,
    /// Position and size.
    pub grid_pos: GridPos,
    /// Default data source of the targets.
    pub datasource: Option<DataSource>,
    /// Queries.
    pub targets: Vec<Target>,
    /// Minimum step.
    pub interval: Option<String>,
    /// Maximum number of points per series. Defaults to the panel's width in pixels.
    pub max_data_points: Option<f64>,
    /// Overrides the time range, such as `1h` for the last hour.
    pub time_from: Option<String>,
    /// Shifts the time range into the past.
    pub time_shift: Option<String>,
    /// Variable for whose values the panel is repeated.
    pub repeat: Option<String>,
    /// Description, in Markdown.
    pub description: String,
    /// For rows: whether the row is collapsed.
    pub collapsed: bool,
    /// For collapsed rows: the row's panels.
    pub panels: Vec<Panel>,
    /// Options specific to the panel type.
    pub options: Value,
    /// Field configuration.
    pub field_config: FieldConfig,
    /// Transformations, applied in order before drawing.
    pub transformations: Vec<Value>,
    /// Links of the title.
    pub links: Vec<Value>,
    /// Name of the library panel that Grafana's database holds.
    pub library: Option<String>,
    /// JSON paths of the keys and values that were not read.
    pub unsupported: Vec<String>,
}

/// Field configuration: unit, thresholds, colors, ...
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Value")]
pub struct FieldConfig {
    /// Configuration of all fields.
    pub defaults: Value,
    /// Changes for fields that match. Later overrides win.
    pub overrides: Vec<Override>,
}

/// A change of the configuration of some fields.
#[derive(Clone, Debug, Default)]
pub struct Override {
    /// Selects the fields.
    pub matcher: Matcher,
    /// Properties to set.
    pub properties: Vec<Property>,
}

/// Selects fields.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    /// `byName`, `byRegexp`, ...
    pub id: String,
    /// Options specific to the matcher.
    pub options: Value,
}

/// A property of a field's configuration.
#[derive(Clone, Debug, Default)]
pub struct Property {
    /// Path, such as `custom.lineWidth`.
    pub id: String,
    /// New value. Null unsets the property.
    pub value: Value,
}

/// Position and size in Grafana's grid of 24 columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct GridPos {
    /// First column.
    pub x: u32,
    /// First row.
    pub y: u32,
    /// Width in columns.
    pub w: u32,
    /// Height in rows.
    pub h: u32,
}

impl GridPos {
    /// Width of the grid.
    pub const COLUMNS: u32 = 24;
    /// Bound of a position and a height.
    pub(crate) const MAX_ROW: u32 = 10_000;

    /// The first row below.
    pub(crate) fn bottom(self) -> u32 {
        self.y.saturating_add(self.h)
    }
}

impl Default for GridPos {
    /// Grafana's default.
    fn default() -> Self {
        Self { x: 0, y: 0, w: 6, h: 3 }
    }
}

/// A query of a panel.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// Identifier in the panel, usually a letter.
    pub ref_id: String,
    /// Data source. Defaults to the panel's.
    pub datasource: Option<DataSource>,
    /// Prometheus: `PromQL` expression.
    pub expr: String,
    /// Prometheus: `time_series`, `table` or `heatmap`.
    pub format: Option<String>,
    /// Prometheus: name of a series. `{{label}}` is replaced by the label's value. `__auto` selects the shortest
    /// distinguishing name.
    pub legend_format: Option<String>,
    /// `InfluxDB`: name of a series. `$tag_x`, `$col` and `$m` are replaced.
    pub alias: Option<String>,
    /// `InfluxDB`: `time_series` or `table`.
    pub result_format: Option<String>,
    /// `InfluxDB`: `InfluxQL`, if `raw_query` is set. Jaeger: trace id.
    pub query: String,
    /// Whether `query` holds the complete query. Otherwise Grafana's query editor defines it.
    pub raw_query: bool,
    /// Prometheus: send an instant query at the end of the range.
    pub instant: bool,
    /// Prometheus: send a range query. Defaults to the opposite of `instant`.
    pub range: Option<bool>,
    /// Prometheus: show the exemplars of the selected series.
    pub exemplar: bool,
    /// Minimum step.
    pub interval: Option<String>,
    /// Factor applied to the step.
    pub interval_factor: Option<f64>,
    /// Whether the query is disabled.
    pub hide: bool,
    /// Jaeger: `search`, or empty for a trace id in `query`.
    pub query_type: Option<String>,
    /// Jaeger: the service to search for.
    pub service: Option<String>,
    /// Jaeger: the operation to search for.
    pub operation: Option<String>,
    /// Jaeger: tags to search for, in logfmt.
    pub tags: Option<String>,
    /// Jaeger: maximum number of traces.
    pub limit: Option<u32>,
}

/// The supported panel types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", ts(rename = "PanelKind"))]
pub enum Kind {
    /// Lines, bars or points over time.
    #[serde(rename = "timeseries")]
    TimeSeries,
    /// One large number per field.
    Stat,
    /// Numbers on dials.
    Gauge,
    /// Numbers as bars.
    #[serde(rename = "bargauge")]
    BarGauge,
    /// Rows and columns.
    Table,
    /// Counts per time and bucket.
    #[serde(rename = "heatmap")]
    HeatMap,
    /// States over time.
    StateTimeline,
    /// Markdown.
    Text,
    /// A heading above panels.
    Row,
    /// Alerts with their states.
    #[serde(rename = "alertlist")]
    AlertList,
}

impl Kind {
    /// Parses a panel's `type`.
    ///
    /// # Errors
    ///
    /// Returns an error if the type is not supported.
    pub fn of(name: &str) -> Result<Self, Unsupported> {
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
            other => return Err(Unsupported(format!("panel type {other:?}"))),
        })
    }
}
