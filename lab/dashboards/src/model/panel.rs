//! A panel: where it lies, what it asks, and how it shows it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Unsupported;

/// A panel.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Panel {
    /// Unique in its dashboard; alerts link to it.
    #[serde(default)]
    pub id: u64,
    /// What a person reads.
    #[serde(default)]
    pub title: String,
    /// `timeseries`, `stat`, `row`, ...
    #[serde(rename = "type", default)]
    pub kind: String,
    /// Where it lies and how wide it is.
    #[serde(default)]
    pub grid_pos: GridPos,
    /// The data source of targets that name none.
    #[serde(default)]
    pub datasource: Option<DataSource>,
    /// Its queries.
    #[serde(default)]
    pub targets: Vec<Target>,
    /// Smallest step.
    #[serde(default)]
    pub interval: Option<String>,
    /// Points that it asks for; its width in pixels if absent.
    #[serde(default)]
    pub max_data_points: Option<f64>,
    /// A time range of its own, such as `1h` (the last hour).
    #[serde(default)]
    pub time_from: Option<String>,
    /// Shifts its time range.
    #[serde(default)]
    pub time_shift: Option<String>,
    /// The variable by whose values it is repeated.
    #[serde(default)]
    pub repeat: Option<String>,
    /// What it is about, for a person.
    #[serde(default)]
    pub description: String,
    /// Whether a row is closed.
    #[serde(default)]
    pub collapsed: bool,
    /// The panels of a collapsed row.
    #[serde(default)]
    pub panels: Vec<Panel>,
    /// What its kind can be told.
    #[serde(default)]
    pub options: Value,
    /// How its fields are shown.
    #[serde(default)]
    pub field_config: FieldConfig,
    /// What is done to its data first, in order.
    #[serde(default)]
    pub transformations: Vec<Value>,
    /// Where its title leads.
    #[serde(default)]
    pub links: Vec<Value>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// How fields are shown.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct FieldConfig {
    /// All of them.
    #[serde(default)]
    pub defaults: Value,
    /// Some of them.
    #[serde(default)]
    pub overrides: Vec<Override>,
}

/// How some fields are shown otherwise.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Override {
    /// Which.
    pub matcher: Matcher,
    /// How.
    #[serde(default)]
    pub properties: Vec<Property>,
}

/// Tells fields.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Matcher {
    /// `byName`, `byRegexp`, ...
    pub id: String,
    /// What the kind of matcher needs.
    #[serde(default)]
    pub options: Value,
}

/// A property of a field's configuration.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Property {
    /// Its path, such as `custom.lineWidth`.
    pub id: String,
    /// Null unsets it.
    #[serde(default)]
    pub value: Value,
}

/// A place in Grafana's grid of 24 columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct GridPos {
    /// The first column.
    #[serde(default)]
    pub x: u32,
    /// The first line.
    #[serde(default)]
    pub y: u32,
    /// Columns.
    pub w: u32,
    /// Lines.
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
    /// Its letter.
    #[serde(default)]
    pub ref_id: String,
    /// Where it is sent.
    #[serde(default)]
    pub datasource: Option<DataSource>,
    /// `PromQL`.
    #[serde(default)]
    pub expr: String,
    /// Prometheus: `time_series`, `table` or `heatmap`.
    #[serde(default)]
    pub format: Option<String>,
    /// Prometheus: a series' name, with `{{label}}`; `__auto` leaves it to Grafana.
    #[serde(default)]
    pub legend_format: Option<String>,
    /// `InfluxDB`: a series' name, with `$tag_x`, `$col`, `$m`.
    #[serde(default)]
    pub alias: Option<String>,
    /// `InfluxDB`: `time_series` or `table`.
    #[serde(default)]
    pub result_format: Option<String>,
    /// `InfluxQL`, where `raw_query` is set.
    #[serde(default)]
    pub query: String,
    /// Whether `query` holds the whole query, and not Grafana's editor.
    #[serde(default)]
    pub raw_query: bool,
    /// Asked at the range's end.
    #[serde(default)]
    pub instant: bool,
    /// Asked over the range.
    #[serde(default)]
    pub range: Option<bool>,
    /// Smallest step.
    #[serde(default)]
    pub interval: Option<String>,
    /// Multiplies the step.
    #[serde(default)]
    pub interval_factor: Option<f64>,
    /// Not asked at all.
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
    /// Jaeger: how many traces at most.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// A reference to a data source.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct DataSource {
    /// Its plug-in, such as `prometheus`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// Its fixed id; may be a variable.
    #[serde(default)]
    pub uid: String,
}

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
