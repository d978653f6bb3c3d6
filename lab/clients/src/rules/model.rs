//! The parts of a rule file that decide what is asked and when it fires.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A file.
#[derive(Clone, Debug, Deserialize)]
pub struct File {
    /// Absent where the file has other things of alerting.
    #[serde(default)]
    pub groups: Vec<Group>,
}

/// Rules that are evaluated together.
#[derive(Clone, Debug, Deserialize)]
pub struct Group {
    /// How often they are evaluated.
    #[serde(default)]
    pub interval: String,
    /// Its rules.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// A rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// The alert's name.
    pub title: String,
    /// The `refId` of the step that decides.
    pub condition: String,
    /// Queries and expressions.
    pub data: Vec<Step>,
    /// What it is where the query gives nothing.
    #[serde(default)]
    pub no_data_state: NoDataState,
    /// What a mail says, and links to.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// The dashboard that shows it.
    #[serde(default)]
    pub dashboard_uid: String,
    /// The panel that shows it.
    #[serde(default)]
    pub panel_id: Option<u64>,
    /// How long its condition holds before it fires.
    #[serde(rename = "for", default)]
    pub hold: String,
    /// Its alert's labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// How often it is evaluated: its group's.
    #[serde(skip)]
    pub interval: String,
}

/// What a rule is where its query gives nothing.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
pub enum NoDataState {
    /// An alert of its own, which Grafana calls `DatasourceNoData`.
    #[default]
    NoData,
    /// It fires.
    Alerting,
    /// It does not fire.
    #[serde(alias = "Ok")]
    OK,
    /// As it was before.
    KeepLast,
}

/// A query or an expression.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Its letter.
    pub ref_id: String,
    /// `prometheus`, `influxdb`, or `__expr__` for an expression.
    pub datasource_uid: String,
    /// How far a query goes back.
    #[serde(default)]
    pub relative_time_range: Option<RelativeRange>,
    /// What is asked or computed.
    pub model: Model,
}

/// Seconds before now.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub struct RelativeRange {
    /// The beginning.
    pub from: u64,
    /// The end.
    pub to: u64,
}

/// A query's or an expression's own fields.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// `PromQL`.
    #[serde(default)]
    pub expr: String,
    /// Asked at the range's end.
    #[serde(default)]
    pub instant: bool,
    /// `InfluxQL`.
    #[serde(default)]
    pub query: String,
    /// Whether `query` holds the whole query.
    #[serde(default)]
    pub raw_query: bool,
    /// Smallest step, in milliseconds.
    #[serde(default)]
    pub interval_ms: Option<u64>,
    /// Most points of a series.
    #[serde(default)]
    pub max_data_points: Option<u64>,
    /// An expression's kind: `reduce`, `threshold`, ...
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The `refId` that an expression reads.
    #[serde(default)]
    pub expression: String,
    /// How `reduce` makes one number of a series.
    #[serde(default)]
    pub reducer: String,
    /// What `reduce` does with what is no number.
    #[serde(default)]
    pub settings: ReduceSettings,
    /// What `threshold` compares with.
    #[serde(default)]
    pub conditions: Vec<ThresholdCondition>,
}

/// Settings of `reduce`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ReduceSettings {
    /// Empty (strict), `dropNN`, or `replaceNN`.
    #[serde(default)]
    pub mode: String,
}

/// A condition of `threshold`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThresholdCondition {
    /// The comparison.
    pub evaluator: Evaluator,
    /// The comparison that ends an alert, if it is another one.
    #[serde(default)]
    pub unload_evaluator: Option<Evaluator>,
}

/// A comparison.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Evaluator {
    /// `gt`, `lt`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// What it compares with.
    pub params: Vec<f64>,
}
