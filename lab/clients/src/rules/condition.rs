//! A rule's condition: one query, its newest number, a threshold.

use std::time::Duration;

use super::model::{Evaluator, Model, NoDataState, Rule, Step};
use dashboards::{
    Unknown,
    queries::{influxql, promql, steps::Steps},
};

/// The scrape interval that the provisioned data sources have.
const SCRAPE: Duration = Duration::from_secs(1);
/// Grafana's own step and number of points where a rule names none.
const STEP_MS: u64 = 1000;
const POINTS: u64 = 43_200;
/// The data source of expressions.
const EXPRESSION: &str = "__expr__";

/// What a rule asks, and when it fires.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What is asked.
    pub query: RuleQuery,
    /// How far the range goes back from now: its beginning and its end.
    pub from: Duration,
    /// See `from`.
    pub to: Duration,
    /// Between two points.
    pub step: Duration,
    drop_non_numbers: bool,
    threshold: Threshold,
    no_data: NoDataState,
}

/// What is asked, and of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleQuery {
    /// `PromQL` at the range's end.
    Instant(String),
    /// `PromQL` over the range.
    Range(String),
    /// `InfluxQL` over the range, with `$timeFilter` still in it.
    InfluxQl(String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Threshold {
    Above(f64),
    Below(f64),
}

/// How a rule stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It holds for at least one series, whose newest numbers these are.
    Firing(Vec<f64>),
    /// It holds for none; the newest numbers.
    Quiet(Vec<f64>),
    /// The query gave nothing, which is well by the rule's own word.
    NothingIsWell,
}

impl Standing {
    /// Whether it holds.
    pub fn fires(&self) -> bool {
        matches!(self, Self::Firing(_))
    }
}

impl std::fmt::Display for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list =
            |values: &[f64]| values.iter().map(|value| format!("{value:.4}")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Firing(values) => write!(f, "{} fires", list(values)),
            Self::Quiet(values) => write!(f, "{} does not fire", list(values)),
            Self::NothingIsWell => f.write_str("no data, which does not fire"),
        }
    }
}

impl Condition {
    /// Reads it from the rule.
    pub fn of(rule: &Rule) -> Result<Self, Unknown> {
        let decides = step(rule, &rule.condition)?;
        let threshold = threshold(decides)?;
        let mut source = step(rule, &decides.model.expression)?;
        let mut drop_non_numbers = false;
        if source.datasource_uid == EXPRESSION {
            drop_non_numbers = reduces_to_last(&source.model)?;
            source = step(rule, &source.model.expression)?;
        }
        let range = source.relative_time_range;
        let range = range.ok_or_else(|| Unknown(format!("step {} without a time range", source.ref_id)))?;
        let seconds = range.from.saturating_sub(range.to);
        let points = source.model.max_data_points.unwrap_or(POINTS).max(1);
        let step = source.model.interval_ms.unwrap_or(STEP_MS).max(seconds * 1000 / points);
        let step = Duration::from_millis(step);
        Ok(Self {
            query: query(source, Steps::new(Duration::from_secs(seconds), step, SCRAPE))?,
            from: Duration::from_secs(range.from),
            to: Duration::from_secs(range.to),
            step,
            drop_non_numbers,
            threshold,
            no_data: rule.no_data_state,
        })
    }

    /// Judges the answer: for each series, its values, oldest first.
    ///
    /// # Errors
    ///
    /// If nothing came, and the rule does not say that this is well.
    pub fn judge(&self, series: &[Vec<f64>]) -> Result<Standing, String> {
        let newest: Vec<f64> = series.iter().filter_map(|values| self.last(values)).collect();
        if newest.is_empty() {
            return match self.no_data {
                NoDataState::OK | NoDataState::KeepLast => Ok(Standing::NothingIsWell),
                NoDataState::Alerting => Ok(Standing::Firing(Vec::new())),
                NoDataState::NoData => Err("no data, which is an alert of its own".into()),
            };
        }
        // NaN is neither above nor below.
        let (hit, miss): (Vec<f64>, Vec<f64>) = newest.into_iter().partition(|value| match self.threshold {
            Threshold::Above(limit) => *value > limit,
            Threshold::Below(limit) => *value < limit,
        });
        Ok(if hit.is_empty() { Standing::Quiet(miss) } else { Standing::Firing(hit) })
    }

    fn last(&self, values: &[f64]) -> Option<f64> {
        values.iter().rev().copied().find(|value| value.is_finite() || !self.drop_non_numbers)
    }
}

fn step<'a>(rule: &'a Rule, ref_id: &str) -> Result<&'a Step, Unknown> {
    let found = rule.data.iter().find(|step| step.ref_id == ref_id);
    found.ok_or_else(|| Unknown(format!("{} has no step {ref_id:?}", rule.title)))
}

fn threshold(step: &Step) -> Result<Threshold, Unknown> {
    if step.datasource_uid != EXPRESSION || step.model.kind != "threshold" {
        return Err(Unknown(format!("condition of type {:?}", step.model.kind)));
    }
    let [condition] = step.model.conditions.as_slice() else {
        return Err(Unknown(format!("{} conditions", step.model.conditions.len())));
    };
    if condition.unload_evaluator.is_some() {
        return Err(Unknown("a threshold of its own for the alert's end".into()));
    }
    match &condition.evaluator {
        Evaluator { kind, params } if kind == "gt" && !params.is_empty() => Ok(Threshold::Above(params[0])),
        Evaluator { kind, params } if kind == "lt" && !params.is_empty() => Ok(Threshold::Below(params[0])),
        other => Err(Unknown(format!("evaluator {} {:?}", other.kind, other.params))),
    }
}

/// Whether what is no number is dropped.
fn reduces_to_last(model: &Model) -> Result<bool, Unknown> {
    match (model.kind.as_str(), model.reducer.as_str(), model.settings.mode.as_str()) {
        ("reduce", "last", "") => Ok(false),
        ("reduce", "last", "dropNN") => Ok(true),
        (kind, reducer, mode) => Err(Unknown(format!("expression {kind:?} {reducer:?} {mode:?}"))),
    }
}

fn query(step: &Step, steps: Steps) -> Result<RuleQuery, Unknown> {
    match step.datasource_uid.as_str() {
        "prometheus" => {
            let expr = promql::complete(&step.model.expr, &[], steps)?;
            Ok(if step.model.instant { RuleQuery::Instant(expr) } else { RuleQuery::Range(expr) })
        }
        "influxdb" if step.model.raw_query => {
            Ok(RuleQuery::InfluxQl(influxql::complete(&step.model.query, &[], steps)?))
        }
        other => Err(Unknown(format!("a query of data source {other:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::model::File;

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
    fn a_rule_gives_its_query_and_its_threshold() {
        let rule = rule(RULE);
        assert_eq!((rule.dashboard_uid.as_str(), rule.panel_id), ("orders", Some(2)));
        let condition = Condition::of(&rule).unwrap();
        let expr = "histogram_quantile(0.99, sum by (le) (rate(x_bucket[4s])))";
        assert_eq!(condition.query, RuleQuery::Instant(expr.into()));
        assert_eq!((condition.from, condition.to), (Duration::from_secs(60), Duration::ZERO));
        assert_eq!(condition.judge(&[vec![0.1], vec![0.7]]).unwrap(), Standing::Firing(vec![0.7]));
        assert_eq!(condition.judge(&[vec![0.9, 0.5]]).unwrap(), Standing::Quiet(vec![0.5]));
    }

    #[test]
    fn what_is_no_number_is_dropped_or_fires_nothing() {
        let drops = Condition::of(&rule(RULE)).unwrap();
        assert_eq!(drops.judge(&[vec![0.9, f64::NAN]]).unwrap(), Standing::Firing(vec![0.9]));
        assert_eq!(drops.judge(&[vec![f64::NAN]]).unwrap(), Standing::NothingIsWell);
        let strict = Condition::of(&rule(&RULE.replace("mode: dropNN", "mode: ''"))).unwrap();
        assert!(!strict.judge(&[vec![0.9, f64::NAN]]).unwrap().fires());
    }

    #[test]
    fn no_data_is_what_the_rule_says() {
        let condition = |state: &str| {
            Condition::of(&rule(&RULE.replace("noDataState: OK", &format!("noDataState: {state}")))).unwrap()
        };
        assert!(condition("Alerting").judge(&[]).unwrap().fires());
        assert!(condition("NoData").judge(&[]).unwrap_err().contains("no data"));
        assert_eq!(condition("KeepLast").judge(&[]).unwrap(), Standing::NothingIsWell);
    }

    #[test]
    fn a_query_of_influxdb_keeps_its_time_filter_and_has_its_step() {
        let text = RULE
            .replace("datasourceUid: prometheus", "datasourceUid: influxdb")
            .replace("instant: true, range: false", "rawQuery: true, intervalMs: 5000, query: 'SELECT x WHERE $timeFilter GROUP BY time($__interval)'");
        let condition = Condition::of(&rule(&text)).unwrap();
        let query = "SELECT x WHERE $timeFilter GROUP BY time(5s)";
        assert_eq!(condition.query, RuleQuery::InfluxQl(query.into()));
    }

    #[test]
    fn what_is_not_known_is_named() {
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
