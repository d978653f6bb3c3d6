//! The format of Grafana's provisioned alerting files, as far as it decides when a rule fires.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A file of alerting provisioning.
#[derive(Clone, Debug, Deserialize)]
pub struct File {
    /// Groups of rules; empty in a file of contact points, for instance.
    #[serde(default)]
    pub groups: Vec<Group>,
}

/// Rules that are evaluated at the same interval.
#[derive(Clone, Debug, Deserialize)]
pub struct Group {
    /// The interval between two evaluations, such as `10s`.
    #[serde(default)]
    pub interval: String,
    /// The rules of the group.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// A rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// The alert's name.
    pub title: String,
    /// The `refId` of the step that contains the threshold.
    pub condition: String,
    /// Queries and expressions.
    pub data: Vec<Step>,
    /// The state of the rule when a query returns no data.
    #[serde(default)]
    pub no_data_state: NoDataState,
    /// Annotations, used in mails.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// The dashboard that shows it.
    #[serde(default)]
    pub dashboard_uid: String,
    /// The panel that shows it.
    #[serde(default)]
    pub panel_id: Option<u64>,
    /// How long the condition must hold before the rule fires, such as `10s`.
    #[serde(rename = "for", default)]
    pub hold: String,
    /// The alert's labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The interval of its group; set by [`load`](super::load).
    #[serde(skip)]
    pub interval: String,
}

/// How a query without data is handled.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
pub enum NoDataState {
    /// Grafana raises the alert `DatasourceNoData`.
    #[default]
    NoData,
    /// The rule fires.
    Alerting,
    /// The rule does not fire.
    #[serde(alias = "Ok")]
    OK,
    /// The rule keeps its state.
    KeepLast,
}

/// A query or an expression.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The id by which other steps refer to it.
    pub ref_id: String,
    /// `prometheus`, `influxdb`, or `__expr__` for an expression.
    pub datasource_uid: String,
    /// The range of a query.
    #[serde(default)]
    pub relative_time_range: Option<RelativeRange>,
    /// The query or the expression.
    pub model: Model,
}

/// A range, in seconds before now.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub struct RelativeRange {
    /// The start.
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
    /// Whether this is an instant query at the end of the range.
    #[serde(default)]
    pub instant: bool,
    /// `InfluxQL`.
    #[serde(default)]
    pub query: String,
    /// Whether `query` is the complete query.
    #[serde(default)]
    pub raw_query: bool,
    /// Minimum step, in milliseconds.
    #[serde(default)]
    pub interval_ms: Option<u64>,
    /// Maximum number of points per series.
    #[serde(default)]
    pub max_data_points: Option<u64>,
    /// An expression's kind: `reduce`, `threshold`, ...
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The `refId` that an expression reads.
    #[serde(default)]
    pub expression: String,
    /// The function by which `reduce` computes one number from a series.
    #[serde(default)]
    pub reducer: String,
    /// The treatment of values that are not finite in `reduce`.
    #[serde(default)]
    pub settings: ReduceSettings,
    /// The comparisons of `threshold`.
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
    /// The comparison that resolves the alert, if it is another one.
    #[serde(default)]
    pub unload_evaluator: Option<Evaluator>,
}

/// A comparison.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Evaluator {
    /// `gt`, `lt`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// The limits.
    pub params: Vec<f64>,
}
