//! The parts of Grafana's dashboard JSON (the classic schema of provisioned files) that decide which queries are sent.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A dashboard.
#[derive(Clone, Debug, Deserialize)]
pub struct Dashboard {
    /// Its readable, fixed id.
    pub uid: String,
    /// What a person reads.
    pub title: String,
    /// What it is about.
    #[serde(default)]
    pub description: String,
    /// How often it is drawn anew, such as `5s`; not at all if empty.
    #[serde(default)]
    pub refresh: String,
    /// Links to dashboards go by these.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Where it leads.
    #[serde(default)]
    pub links: Vec<DashboardLink>,
    /// What can be chosen for `refresh`.
    #[serde(default)]
    pub timepicker: TimePicker,
    /// What is marked in its time series.
    #[serde(default)]
    pub annotations: Annotations,
    /// The time range that it opens with.
    #[serde(default)]
    pub time: TimeRange,
    /// Panels, rows among them.
    #[serde(default)]
    pub panels: Vec<Panel>,
    /// Variables.
    #[serde(default)]
    pub templating: Templating,
}

impl Dashboard {
    /// All panels but rows; those of collapsed rows too.
    pub fn panels(&self) -> impl Iterator<Item = &Panel> {
        self.panels
            .iter()
            .flat_map(|panel| std::iter::once(panel).chain(&panel.panels))
            .filter(|panel| panel.kind != "row")
    }

    /// The panel of that id.
    pub fn panel(&self, id: u64) -> Option<&Panel> {
        self.panels().find(|panel| panel.id == id)
    }
}

/// A link of a dashboard.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DashboardLink {
    /// `link`, or `dashboards` for those with its tags.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// What a person reads.
    #[serde(default)]
    pub title: String,
    /// Of a `link`; may have variables.
    #[serde(default)]
    pub url: String,
    /// Of `dashboards`: all of these.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Whether the time range goes along.
    #[serde(default)]
    pub keep_time: bool,
    /// Whether the variables go along.
    #[serde(default)]
    pub include_vars: bool,
    /// Whether it opens in a new tab.
    #[serde(default)]
    pub target_blank: bool,
}

/// What can be chosen for how often.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct TimePicker {
    /// Durations.
    #[serde(default)]
    pub refresh_intervals: Vec<String>,
}

/// Holds the annotations.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Annotations {
    /// Queries for what is marked.
    #[serde(default)]
    pub list: Vec<Annotation>,
}

/// A query for what is marked in time series.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Annotation {
    /// What a person reads.
    #[serde(default)]
    pub name: String,
    /// Whether it is asked.
    #[serde(default)]
    pub enable: bool,
    /// Where it is sent.
    #[serde(default)]
    pub datasource: Option<DataSource>,
    /// `PromQL`; what is not zero is marked.
    #[serde(default)]
    pub expr: String,
    /// What a mark says, with `{{label}}`.
    #[serde(default)]
    pub title_format: String,
    /// Between two points.
    #[serde(default)]
    pub step: Option<String>,
}

/// A relative time range such as `now-5m` to `now`.
#[derive(Clone, Debug, Deserialize)]
pub struct TimeRange {
    /// Its beginning.
    pub from: String,
    /// Its end.
    pub to: String,
}

impl Default for TimeRange {
    /// Grafana's own: the last six hours.
    fn default() -> Self {
        Self { from: "now-6h".into(), to: "now".into() }
    }
}

/// Holds the variables.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Templating {
    /// In the order in which they are resolved.
    #[serde(default)]
    pub list: Vec<Variable>,
}

/// A dashboard variable.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Variable {
    /// As in `$name`.
    pub name: String,
    /// What a person reads; its name if absent.
    #[serde(default)]
    pub label: Option<String>,
    /// 0 is shown with its label, 1 without, 2 not at all.
    #[serde(default)]
    pub hide: u8,
    /// `query`, `custom`, `constant`, `interval`, `textbox`, `datasource`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// Where its query is sent.
    #[serde(default)]
    pub datasource: Option<DataSource>,
    /// A string, or an object with `query` in it.
    #[serde(default)]
    pub query: Value,
    /// Keeps the options that match.
    #[serde(default)]
    pub regex: String,
    /// Whether several values can be chosen.
    #[serde(default)]
    pub multi: bool,
    /// Whether "All" is among the options.
    #[serde(default)]
    pub include_all: bool,
    /// What "All" stands for, if not for all options.
    #[serde(default)]
    pub all_value: Option<String>,
    /// What is chosen when the dashboard opens.
    #[serde(default)]
    pub current: Current,
}

/// The choice that a file has in it.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Current {
    /// A string or a list of strings; `$__all` is "All".
    #[serde(default)]
    pub value: Value,
}

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
