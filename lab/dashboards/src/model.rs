//! Grafana's dashboard JSON: the classic schema of provisioned files.

mod panel;

use serde::Deserialize;
use serde_json::Value;

pub use self::panel::{DataSource, FieldConfig, GridPos, Kind, Matcher, Override, Panel, Property, Target};

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
