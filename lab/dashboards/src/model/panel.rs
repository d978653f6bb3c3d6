//! A panel: its position, queries and display settings.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Unsupported;

/// A panel.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Panel {
    /// Unique in the dashboard. Alerts link to panels by id.
    #[serde(default)]
    pub id: u64,
    /// Title. May contain variables.
    #[serde(default)]
    pub title: String,
    /// Panel type, such as `timeseries`. See [`Kind`].
    #[serde(rename = "type", default)]
    pub kind: String,
    /// Position and size.
    #[serde(default)]
    pub grid_pos: GridPos,
    /// Default data source of the targets.
    #[serde(default)]
    pub datasource: Option<DataSource>,
    /// Queries.
    #[serde(default)]
    pub targets: Vec<Target>,
    /// Minimum step.
    #[serde(default)]
    pub interval: Option<String>,
    /// Maximum number of points per series. Defaults to the panel's width in pixels.
    #[serde(default)]
    pub max_data_points: Option<f64>,
    /// Overrides the time range, such as `1h` for the last hour.
    #[serde(default)]
    pub time_from: Option<String>,
    /// Shifts the time range into the past.
    #[serde(default)]
    pub time_shift: Option<String>,
    /// Variable for whose values the panel is repeated.
    #[serde(default)]
    pub repeat: Option<String>,
    /// Description, in Markdown.
    #[serde(default)]
    pub description: String,
    /// For rows: whether the row is collapsed.
    #[serde(default)]
    pub collapsed: bool,
    /// For collapsed rows: the row's panels.
    #[serde(default)]
    pub panels: Vec<Panel>,
    /// Options specific to the panel type.
    #[serde(default)]
    pub options: Value,
    /// Field configuration.
    #[serde(default)]
    pub field_config: FieldConfig,
    /// Transformations, applied in order before drawing.
    #[serde(default)]
    pub transformations: Vec<Value>,
    /// Links of the title.
    #[serde(default)]
    pub links: Vec<Value>,
    /// All other keys.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// Field configuration: unit, thresholds, colors, ...
#[derive(Clone, Debug, Default, Deserialize)]
pub struct FieldConfig {
    /// Configuration of all fields.
    #[serde(default)]
    pub defaults: Value,
    /// Changes for fields that match. Later overrides win.
    #[serde(default)]
    pub overrides: Vec<Override>,
}

/// A change of the configuration of some fields.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Override {
    /// Selects the fields.
    pub matcher: Matcher,
    /// Properties to set.
    #[serde(default)]
    pub properties: Vec<Property>,
}

/// Selects fields.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Matcher {
    /// `byName`, `byRegexp`, ...
    pub id: String,
    /// Options specific to the matcher.
    #[serde(default)]
    pub options: Value,
}

/// A property of a field's configuration.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Property {
    /// Path, such as `custom.lineWidth`.
    pub id: String,
    /// New value. Null unsets the property.
    #[serde(default)]
    pub value: Value,
}

/// Position and size in Grafana's grid of 24 columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct GridPos {
    /// First column.
    #[serde(default)]
    pub x: u32,
    /// First row.
    #[serde(default)]
    pub y: u32,
    /// Width in columns.
    pub w: u32,
    /// Height in rows.
    #[serde(default)]
    pub h: u32,
}

impl Default for GridPos {
    fn default() -> Self {
        Self { x: 0, y: 0, w: 24, h: 1 }
    }
}

/// A query of a panel.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Identifier in the panel, usually a letter.
    #[serde(default)]
    pub ref_id: String,
    /// Data source. Defaults to the panel's.
    #[serde(default)]
    pub datasource: Option<DataSource>,
    /// Prometheus: `PromQL` expression.
    #[serde(default)]
    pub expr: String,
    /// Prometheus: `time_series`, `table` or `heatmap`.
    #[serde(default)]
    pub format: Option<String>,
    /// Prometheus: name of a series. `{{label}}` is replaced by the label's value. `__auto` selects the shortest
    /// distinguishing name.
    #[serde(default)]
    pub legend_format: Option<String>,
    /// `InfluxDB`: name of a series. `$tag_x`, `$col` and `$m` are replaced.
    #[serde(default)]
    pub alias: Option<String>,
    /// `InfluxDB`: `time_series` or `table`.
    #[serde(default)]
    pub result_format: Option<String>,
    /// `InfluxDB`: `InfluxQL`, if `raw_query` is set. Jaeger: trace id.
    #[serde(default)]
    pub query: String,
    /// Whether `query` holds the complete query. Otherwise Grafana's query editor defines it.
    #[serde(default)]
    pub raw_query: bool,
    /// Prometheus: send an instant query at the end of the range.
    #[serde(default)]
    pub instant: bool,
    /// Prometheus: send a range query. Defaults to the opposite of `instant`.
    #[serde(default)]
    pub range: Option<bool>,
    /// Prometheus: show the exemplars of the selected series.
    #[serde(default)]
    pub exemplar: bool,
    /// Minimum step.
    #[serde(default)]
    pub interval: Option<String>,
    /// Factor applied to the step.
    #[serde(default)]
    pub interval_factor: Option<f64>,
    /// Whether the query is disabled.
    #[serde(default)]
    pub hide: bool,
    /// Jaeger: `search`, or empty for a trace id in `query`.
    #[serde(default)]
    pub query_type: Option<String>,
    /// Jaeger: the service to search for.
    #[serde(default)]
    pub service: Option<String>,
    /// Jaeger: the operation to search for.
    #[serde(default)]
    pub operation: Option<String>,
    /// Jaeger: tags to search for, in logfmt.
    #[serde(default)]
    pub tags: Option<String>,
    /// Jaeger: maximum number of traces.
    #[serde(default)]
    pub limit: Option<u32>,
    /// All other keys.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// A reference to a data source.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct DataSource {
    /// Plug-in, such as `prometheus`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// Fixed identifier. May be a variable.
    #[serde(default)]
    pub uid: String,
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
