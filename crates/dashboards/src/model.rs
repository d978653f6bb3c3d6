//! The parts of Grafana's dashboard JSON (the classic schema of provisioned files) that decide which queries are sent.

use serde::Deserialize;
use serde_json::Value;

/// A dashboard.
#[derive(Clone, Debug, Deserialize)]
pub struct Dashboard {
    /// Its readable, fixed id.
    pub uid: String,
    /// What a person reads.
    pub title: String,
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
    /// The panels of a collapsed row.
    #[serde(default)]
    pub panels: Vec<Panel>,
}

/// A place in Grafana's grid of 24 columns.
#[derive(Clone, Copy, Debug, Deserialize)]
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
}
