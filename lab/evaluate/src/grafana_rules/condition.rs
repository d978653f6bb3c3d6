//! The condition of a rule: one query whose last value is compared with a threshold.

use std::time::Duration;

use super::file::{Evaluator, Model, NoDataState, Rule, Step};
use dashboards::{
    Unsupported,
    queries::{influxql, promql, steps::Steps},
};

/// The scrape interval set in the provisioned data sources.
const SCRAPE_INTERVAL: Duration = Duration::from_secs(1);
/// Grafana's defaults for rules without a step or a number of points.
const DEFAULT_STEP_MS: u64 = 1000;
const DEFAULT_MAX_POINTS: u64 = 43_200;
/// The uid of Grafana's pseudo data source for expressions.
const EXPRESSION: &str = "__expr__";

/// The query of a rule, and when it fires.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The query.
    pub query: RuleQuery,
    /// The start of the range, before now.
    pub from: Duration,
    /// The end of the range, before now.
    pub to: Duration,
    /// The interval between two points.
    pub step: Duration,
    drop_non_finite: bool,
    threshold: Threshold,
    no_data: NoDataState,
}

/// A rule's query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleQuery {
    /// A `PromQL` instant query at the end of the range.
    Instant(String),
    /// A `PromQL` range query.
    Range(String),
    /// An `InfluxQL` query over the range. Contains `$timeFilter`.
    InfluxQl(String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Threshold {
    Above(f64),
    Below(f64),
}

/// The result of an evaluation.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The condition holds for at least one series. Holds the last values of those series.
    Firing(Vec<f64>),
    /// The condition holds for no series. Holds the last values.
    Normal(Vec<f64>),
    /// The query returned no data, which the rule treats as normal.
    NoData,
}

/// The query returned no data, for which Grafana raises an alert of its own.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("no data, for which Grafana raises the alert DatasourceNoData")]
pub struct NoDataError;

impl Outcome {
    /// Whether the condition holds.
    pub fn fires(&self) -> bool {
        matches!(self, Self::Firing(_))
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list =
            |values: &[f64]| values.iter().map(|value| format!("{value:.4}")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Firing(values) => write!(f, "{} fires", list(values)),
            Self::Normal(values) => write!(f, "{} does not fire", list(values)),
            Self::NoData => f.write_str("no data, which does not fire"),
        }
    }
}

impl Condition {
    /// Parses the condition of a rule.
    ///
    /// # Errors
    ///
    /// Returns what is not supported.
    pub fn of(rule: &Rule) -> Result<Self, Unsupported> {
        let threshold_step = step(rule, &rule.condition)?;
        let threshold = threshold(threshold_step)?;
        let mut source = step(rule, &threshold_step.model.expression)?;
        let mut drop_non_finite = false;
        if source.datasource_uid == EXPRESSION {
            drop_non_finite = drops_non_finite(&source.model)?;
            source = step(rule, &source.model.expression)?;
        }
        let range = source.relative_time_range;
        let range =
            range.ok_or_else(|| Unsupported(format!("step {} without a time range", source.ref_id)))?;
        let seconds = range.from.saturating_sub(range.to);
        let points = source.model.max_data_points.unwrap_or(DEFAULT_MAX_POINTS).max(1);
        let step = source.model.interval_ms.unwrap_or(DEFAULT_STEP_MS).max(seconds * 1000 / points);
        let step = Duration::from_millis(step);
        Ok(Self {
            query: query(source, Steps::new(Duration::from_secs(seconds), step, SCRAPE_INTERVAL))?,
            from: Duration::from_secs(range.from),
            to: Duration::from_secs(range.to),
            step,
            drop_non_finite,
            threshold,
            no_data: rule.no_data_state,
        })
    }

    /// Evaluates the values of each series, oldest first.
    ///
    /// # Errors
    ///
    /// Returns an error if there are no values, unless the rule handles that.
    pub fn evaluate(&self, series: &[Vec<f64>]) -> Result<Outcome, NoDataError> {
        let last: Vec<f64> = series.iter().filter_map(|values| self.last(values)).collect();
        if last.is_empty() {
            return match self.no_data {
                NoDataState::OK | NoDataState::KeepLast => Ok(Outcome::NoData),
                NoDataState::Alerting => Ok(Outcome::Firing(Vec::new())),
                NoDataState::NoData => Err(NoDataError),
            };
        }
        // NaN is neither above nor below.
        let (holding, other): (Vec<f64>, Vec<f64>) =
            last.into_iter().partition(|value| match self.threshold {
                Threshold::Above(limit) => *value > limit,
                Threshold::Below(limit) => *value < limit,
            });
        Ok(if holding.is_empty() { Outcome::Normal(other) } else { Outcome::Firing(holding) })
    }

    fn last(&self, values: &[f64]) -> Option<f64> {
        values.iter().rev().copied().find(|value| value.is_finite() || !self.drop_non_finite)
    }
}

fn step<'a>(rule: &'a Rule, ref_id: &str) -> Result<&'a Step, Unsupported> {
    let found = rule.data.iter().find(|step| step.ref_id == ref_id);
    found.ok_or_else(|| Unsupported(format!("{} has no step {ref_id:?}", rule.title)))
}

fn threshold(step: &Step) -> Result<Threshold, Unsupported> {
    if step.datasource_uid != EXPRESSION || step.model.kind != "threshold" {
        return Err(Unsupported(format!("condition of type {:?}", step.model.kind)));
    }
    let [condition] = step.model.conditions.as_slice() else {
        return Err(Unsupported(format!("{} conditions", step.model.conditions.len())));
    };
    if condition.unload_evaluator.is_some() {
        return Err(Unsupported("a separate threshold for resolving the alert".into()));
    }
    match &condition.evaluator {
        Evaluator { kind, params } if kind == "gt" && !params.is_empty() => Ok(Threshold::Above(params[0])),
        Evaluator { kind, params } if kind == "lt" && !params.is_empty() => Ok(Threshold::Below(params[0])),
        other => Err(Unsupported(format!("evaluator {} {:?}", other.kind, other.params))),
    }
}

/// Whether the `reduce` expression drops values that are not finite. Only its reducer `last` is supported.
fn drops_non_finite(model: &Model) -> Result<bool, Unsupported> {
    match (model.kind.as_str(), model.reducer.as_str(), model.settings.mode.as_str()) {
        ("reduce", "last", "") => Ok(false),
        ("reduce", "last", "dropNN") => Ok(true),
        (kind, reducer, mode) => Err(Unsupported(format!("expression {kind:?} {reducer:?} {mode:?}"))),
    }
}

fn query(step: &Step, steps: Steps) -> Result<RuleQuery, Unsupported> {
    match step.datasource_uid.as_str() {
        "prometheus" => {
            let expr = promql::interpolate(&step.model.expr, &[], steps)?;
            Ok(if step.model.instant { RuleQuery::Instant(expr) } else { RuleQuery::Range(expr) })
        }
        "influxdb" if step.model.raw_query => {
            Ok(RuleQuery::InfluxQl(influxql::interpolate(&step.model.query, &[], steps)?))
        }
        other => Err(Unsupported(format!("a query of data source {other:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grafana_rules::file::File;

    const RULE: &str = r#"
apiVersion: 1
groups:
  - orgId: 1
    name: order
    folder: Order
    interval: 10s
    rules:
      - uid: order-slow
        title: OrderSlow
        condition: C
        for: 0s
        noDataState: OK
        execErrState: Error
        dashboardUid: orders
        panelId: 2
        annotations: { runbook_url: "http://h/user/OrderSlow.md" }
        data:
          - refId: A
            relativeTimeRange: { from: 60, to: 0 }
            datasourceUid: prometheus
            model: { refId: A, expr: 'histogram_quantile(0.99, sum by (le) (rate(x_bucket[$__rate_interval])))', instant: true, range: false }
          - refId: B
            datasourceUid: __expr__
            model: { refId: B, type: reduce, expression: A, reducer: last, settings: { mode: dropNN } }
          - refId: C
            datasourceUid: __expr__
            model: { refId: C, type: threshold, expression: B, conditions: [{ evaluator: { type: gt, params: [0.5] } }] }
"#;

    fn rule(text: &str) -> Rule {
        let file: File = serde_saphyr::from_str(text).unwrap();
        file.groups.into_iter().next().unwrap().rules.into_iter().next().unwrap()
    }

    #[test]
    fn a_rule_has_a_query_and_a_threshold() {
        let rule = rule(RULE);
        assert_eq!((rule.dashboard_uid.as_str(), rule.panel_id), ("orders", Some(2)));
        let condition = Condition::of(&rule).unwrap();
        let expr = "histogram_quantile(0.99, sum by (le) (rate(x_bucket[4s])))";
        assert_eq!(condition.query, RuleQuery::Instant(expr.into()));
        assert_eq!((condition.from, condition.to), (Duration::from_secs(60), Duration::ZERO));
        assert_eq!(condition.evaluate(&[vec![0.1], vec![0.7]]).unwrap(), Outcome::Firing(vec![0.7]));
        assert_eq!(condition.evaluate(&[vec![0.9, 0.5]]).unwrap(), Outcome::Normal(vec![0.5]));
    }

    #[test]
    fn values_that_are_not_finite_are_dropped_or_do_not_fire() {
        let drops = Condition::of(&rule(RULE)).unwrap();
        assert_eq!(drops.evaluate(&[vec![0.9, f64::NAN]]).unwrap(), Outcome::Firing(vec![0.9]));
        assert_eq!(drops.evaluate(&[vec![f64::NAN]]).unwrap(), Outcome::NoData);
        let strict = Condition::of(&rule(&RULE.replace("mode: dropNN", "mode: ''"))).unwrap();
        assert!(!strict.evaluate(&[vec![0.9, f64::NAN]]).unwrap().fires());
    }

    #[test]
    fn no_data_is_handled_as_the_rule_configures() {
        let condition = |state: &str| {
            Condition::of(&rule(&RULE.replace("noDataState: OK", &format!("noDataState: {state}")))).unwrap()
        };
        assert!(condition("Alerting").evaluate(&[]).unwrap().fires());
        assert!(condition("NoData").evaluate(&[]) == Err(NoDataError));
        assert_eq!(condition("KeepLast").evaluate(&[]).unwrap(), Outcome::NoData);
    }

    #[test]
    fn an_influxql_query_keeps_its_time_filter_and_gets_its_step() {
        let text = RULE
            .replace("datasourceUid: prometheus", "datasourceUid: influxdb")
            .replace("instant: true, range: false", "rawQuery: true, intervalMs: 5000, query: 'SELECT x WHERE $timeFilter GROUP BY time($__interval)'");
        let condition = Condition::of(&rule(&text)).unwrap();
        let query = "SELECT x WHERE $timeFilter GROUP BY time(5s)";
        assert_eq!(condition.query, RuleQuery::InfluxQl(query.into()));
    }

    #[test]
    fn unsupported_features_are_named() {
        for (from, to, named) in [
            ("type: gt", "type: within_range", "within_range"),
            ("reducer: last", "reducer: mean", "mean"),
            ("datasourceUid: prometheus", "datasourceUid: loki", "loki"),
            ("condition: C", "condition: D", "\"D\""),
            ("type: threshold", "type: math", "math"),
        ] {
            let error = Condition::of(&rule(&RULE.replace(from, to))).unwrap_err();
            assert!(error.0.contains(named), "{error}");
        }
    }
}
