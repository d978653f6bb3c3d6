//! Typed model of Grafana's dashboard JSON, in the classic schema of provisioned files.

mod panel;

use serde::Deserialize;
use serde_json::Value;

pub use self::panel::{DataSource, FieldConfig, GridPos, Kind, Matcher, Override, Panel, Property, Target};

/// A dashboard.
#[derive(Clone, Debug, Deserialize)]
pub struct Dashboard {
    /// Fixed identifier, used in URLs.
    pub uid: String,
    /// Display name.
    pub title: String,
    /// Description, in Markdown.
    #[serde(default)]
    pub description: String,
    /// Refresh interval, such as `5s`. Empty disables the refresh.
    #[serde(default)]
    pub refresh: String,
    /// Tags. Dashboard links select dashboards by tag.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Links in the dashboard's header.
    #[serde(default)]
    pub links: Vec<DashboardLink>,
    /// Settings of the time picker.
    #[serde(default)]
    pub timepicker: TimePicker,
    /// Events marked in time series.
    #[serde(default)]
    pub annotations: Annotations,
    /// Initial time range.
    #[serde(default)]
    pub time: TimeRange,
    /// Panels and rows.
    #[serde(default)]
    pub panels: Vec<Panel>,
    /// Variables.
    #[serde(default)]
    pub templating: Templating,
}

impl Dashboard {
    /// All panels except rows. Includes the panels of collapsed rows.
    pub fn panels(&self) -> impl Iterator<Item = &Panel> {
        self.panels
            .iter()
            .flat_map(|panel| std::iter::once(panel).chain(&panel.panels))
            .filter(|panel| panel.kind != "row")
    }

    /// The panel with an id.
    pub fn panel(&self, id: u64) -> Option<&Panel> {
        self.panels().find(|panel| panel.id == id)
    }
}

/// A link in a dashboard's header.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DashboardLink {
    /// `link`, or `dashboards` for all dashboards with the given tags.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// Display name.
    #[serde(default)]
    pub title: String,
    /// Target of a `link`. May contain variables.
    #[serde(default)]
    pub url: String,
    /// For `dashboards`: the tags a dashboard must have.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Whether to append the time range to the URL.
    #[serde(default)]
    pub keep_time: bool,
    /// Whether to append the variables to the URL.
    #[serde(default)]
    pub include_vars: bool,
    /// Whether to open a new tab.
    #[serde(default)]
    pub target_blank: bool,
}

/// Settings of the time picker.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct TimePicker {
    /// Selectable values of [`Dashboard::refresh`].
    #[serde(default)]
    pub refresh_intervals: Vec<String>,
}

/// The `annotations` object.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Annotations {
    /// Annotation queries.
    #[serde(default)]
    pub list: Vec<Annotation>,
}

/// A query for events marked in time series.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Annotation {
    /// Display name.
    #[serde(default)]
    pub name: String,
    /// Whether the query is sent.
    #[serde(default)]
    pub enable: bool,
    /// Data source of the query.
    #[serde(default)]
    pub datasource: Option<DataSource>,
    /// `PromQL` expression. Non-zero points are marked.
    #[serde(default)]
    pub expr: String,
    /// Title of a mark. `{{label}}` is replaced by the label's value.
    #[serde(default)]
    pub title_format: String,
    /// Step of the query, such as `10s`.
    #[serde(default)]
    pub step: Option<String>,
}

/// A time range, such as `now-5m` to `now`.
#[derive(Clone, Debug, Deserialize)]
pub struct TimeRange {
    /// Start.
    pub from: String,
    /// End.
    pub to: String,
}

impl Default for TimeRange {
    /// Grafana's default: the last six hours.
    fn default() -> Self {
        Self { from: "now-6h".into(), to: "now".into() }
    }
}

/// The `templating` object.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Templating {
    /// Variables in resolution order. A variable may use those before it.
    #[serde(default)]
    pub list: Vec<Variable>,
}

/// A dashboard variable.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Variable {
    /// Name, without `$`.
    pub name: String,
    /// Display name. Defaults to the name.
    #[serde(default)]
    pub label: Option<String>,
    /// 0: visible with label, 1: visible without label, 2: hidden.
    #[serde(default)]
    pub hide: u8,
    /// `query`, `custom`, `constant`, `interval`, `textbox`, `datasource`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// Data source of the query.
    #[serde(default)]
    pub datasource: Option<DataSource>,
    /// A string, or an object with a `query` field.
    #[serde(default)]
    pub query: Value,
    /// Filter for the options. Unsupported unless empty.
    #[serde(default)]
    pub regex: String,
    /// Whether several values can be selected.
    #[serde(default)]
    pub multi: bool,
    /// Whether "All" can be selected.
    #[serde(default)]
    pub include_all: bool,
    /// Value of "All". Defaults to all options.
    #[serde(default)]
    pub all_value: Option<String>,
    /// Initial selection.
    #[serde(default)]
    pub current: Current,
}

/// The selection saved in the file.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Current {
    /// A string or a list of strings. `$__all` means "All".
    #[serde(default)]
    pub value: Value,
}
