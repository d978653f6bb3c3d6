//! Typed model of Grafana's dashboard JSON, in the classic schema of provisioned files.

mod migrate;
mod panel;
mod read;
mod rows;
mod source;

use serde::Deserialize;
use serde_json::Value;

pub use self::{
    panel::{FieldConfig, GridPos, Kind, Matcher, Override, Panel, Property, Target},
    source::DataSource,
};

/// A dashboard.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Value")]
pub struct Dashboard {
    /// Fixed identifier, used in URLs.
    pub uid: String,
    /// Display name.
    pub title: String,
    /// Description, in Markdown.
    pub description: String,
    /// Refresh interval, such as `5s`. Empty disables the refresh.
    pub refresh: String,
    /// Tags. Dashboard links select dashboards by tag.
    pub tags: Vec<String>,
    /// Links in the dashboard's header.
    pub links: Vec<DashboardLink>,
    /// Settings of the time picker.
    pub timepicker: TimePicker,
    /// Events marked in time series.
    pub annotations: Annotations,
    /// Initial time range.
    pub time: TimeRange,
    /// Panels and rows.
    pub panels: Vec<Panel>,
    /// Variables.
    pub templating: Templating,
    /// JSON paths of the keys and values outside of panels that were not read.
    pub unsupported: Vec<String>,
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
#[derive(Clone, Debug, Default)]
pub struct DashboardLink {
    /// `link`, or `dashboards` for all dashboards with the given tags.
    pub kind: String,
    /// Display name.
    pub title: String,
    /// Target of a `link`. May contain variables.
    pub url: String,
    /// For `dashboards`: the tags a dashboard must have.
    pub tags: Vec<String>,
    /// Whether to append the time range to the URL.
    pub keep_time: bool,
    /// Whether to append the variables to the URL.
    pub include_vars: bool,
    /// Whether to open a new tab.
    pub target_blank: bool,
}

/// Settings of the time picker.
#[derive(Clone, Debug, Default)]
pub struct TimePicker {
    /// Selectable values of [`Dashboard::refresh`].
    pub refresh_intervals: Vec<String>,
}

/// The `annotations` object.
#[derive(Clone, Debug, Default)]
pub struct Annotations {
    /// Annotation queries.
    pub list: Vec<Annotation>,
}

/// A query for events marked in time series.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Value")]
pub struct Annotation {
    /// Display name.
    pub name: String,
    /// Whether the query is sent.
    pub enable: bool,
    /// Data source of the query.
    pub datasource: Option<DataSource>,
    /// `PromQL` expression. Non-zero points are marked.
    pub expr: String,
    /// Title of a mark. `{{label}}` is replaced by the label's value.
    pub title_format: String,
    /// Step of the query, such as `10s`.
    pub step: Option<String>,
}

/// A time range, such as `now-5m` to `now`.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, Default)]
pub struct Templating {
    /// Variables in resolution order. A variable may use those before it.
    pub list: Vec<Variable>,
}

/// A dashboard variable.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Value")]
pub struct Variable {
    /// Name, without `$`.
    pub name: String,
    /// Display name. Defaults to the name.
    pub label: Option<String>,
    /// 0: visible with label, 1: visible without label, 2: hidden.
    pub hide: u8,
    /// `query`, `custom`, `constant`, `interval`, `textbox`, `datasource`, ...
    pub kind: String,
    /// Data source of the query.
    pub datasource: Option<DataSource>,
    /// A string, or an object with a `query` field.
    pub query: Value,
    /// Filter for the options. Unsupported unless empty.
    pub regex: String,
    /// Whether several values can be selected.
    pub multi: bool,
    /// Whether "All" can be selected.
    pub include_all: bool,
    /// Value of "All". Defaults to all options.
    pub all_value: Option<String>,
    /// Initial selection.
    pub current: Current,
}

/// The selection saved in the file.
#[derive(Clone, Debug, Default)]
pub struct Current {
    /// A string or a list of strings. `$__all` means "All".
    pub value: Value,
}
