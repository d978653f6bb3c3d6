//! Prometheus' HTTP API: queries, targets, rules and alerts.

mod response;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use self::response::{ExemplarSeries, QueryData};
use crate::fetch::{Fetch, FetchError};

/// The labels of a series by name, including `__name__`.
pub type Labels = BTreeMap<String, String>;

/// A series with its samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Labels by name.
    pub labels: Labels,
    /// Points of Unix seconds and value, oldest first; one point in an instant query.
    pub points: Vec<(f64, f64)>,
}

impl Series {
    /// The last value.
    pub fn last(&self) -> Option<f64> {
        self.points.last().map(|point| point.1)
    }
}

/// A single observation of a histogram, or increment of a counter.
#[derive(Clone, Debug, PartialEq)]
pub struct Exemplar {
    /// The labels of its series, which include `__name__`.
    pub series: Labels,
    /// Its own labels, such as `trace_id`.
    pub labels: Labels,
    /// The observed value.
    pub value: f64,
    /// The time of the observation, in Unix seconds.
    pub time: f64,
}

/// The range of a range query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Time of the first sample, in Unix seconds.
    pub start: f64,
    /// Time of the last sample, in Unix seconds.
    pub end: f64,
    /// Seconds between samples.
    pub step: f64,
}

/// A target of `/api/v1/targets`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Labels after relabelling.
    pub labels: Labels,
    /// The scraped URL.
    pub scrape_url: String,
    /// Error of the last scrape, or an empty string.
    pub last_error: String,
    /// `up`, `down` or `unknown`.
    pub health: String,
    /// The configured interval, such as `1s`.
    #[serde(default)]
    pub scrape_interval: String,
}

/// A rule of `/api/v1/rules`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Name of the alert or of the recorded series.
    pub name: String,
    /// `alerting` or `recording`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `ok`, `err` or `unknown` (not evaluated yet).
    pub health: String,
    /// Error of the last evaluation, or an empty string.
    #[serde(default)]
    pub last_error: String,
}

/// An active alert of `/api/v1/alerts`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Alert {
    /// Labels, including `alertname`.
    pub labels: Labels,
    /// `pending` or `firing`.
    pub state: AlertState,
    /// Since when its condition no longer holds, while its rule's `keep_firing_for` keeps it firing.
    #[serde(default, rename = "keepFiringSince")]
    pub keep_firing_since: Option<String>,
}

impl Alert {
    /// The rule's name.
    pub fn name(&self) -> &str {
        self.labels.get("alertname").map_or("", String::as_str)
    }
}

/// The state of an alert or of its rule.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    /// The condition holds, but not yet for long enough.
    Pending,
    /// The alert fires. Includes Grafana's `recovering`.
    #[serde(alias = "recovering")]
    Firing,
    /// Any other state: the condition does not hold, or is unknown.
    #[default]
    #[serde(other)]
    Inactive,
}

/// A client of one Prometheus; cheap to clone.
#[derive(Clone, Debug)]
pub struct Prometheus {
    fetch: Fetch,
    base: String,
}

impl Prometheus {
    /// `base` is its URL without a trailing slash.
    pub fn new(fetch: Fetch, base: &str) -> Self {
        Self { fetch, base: base.to_owned() }
    }

    /// An instant query at `time` (Unix seconds), or now.
    pub async fn instant(&self, expr: &str, time: Option<f64>) -> Result<Vec<Series>, FetchError> {
        let time = time.map(|time| time.to_string());
        let mut form = vec![("query", expr)];
        if let Some(time) = &time {
            form.push(("time", time));
        }
        Ok(self.post::<QueryData>("/api/v1/query", &form).await?.into_series())
    }

    /// A range query.
    pub async fn range(&self, expr: &str, range: Range) -> Result<Vec<Series>, FetchError> {
        let (start, end, step) = (range.start.to_string(), range.end.to_string(), range.step.to_string());
        let form = [("query", expr), ("start", &*start), ("end", &*end), ("step", &*step)];
        Ok(self.post::<QueryData>("/api/v1/query_range", &form).await?.into_series())
    }

    /// The exemplars of all series that an expression selects, between two times in Unix seconds.
    pub async fn exemplars(&self, expr: &str, start: f64, end: f64) -> Result<Vec<Exemplar>, FetchError> {
        let (start, end) = (start.to_string(), end.to_string());
        let form = [("query", expr), ("start", &*start), ("end", &*end)];
        let series: Vec<ExemplarSeries> = self.post("/api/v1/query_exemplars", &form).await?;
        Ok(series.into_iter().flat_map(ExemplarSeries::into_exemplars).collect())
    }

    /// The values of a label, sorted; only of the series that match `selector`, if there is one.
    pub async fn label_values(
        &self,
        label: &str,
        selector: Option<&str>,
        range: Range,
    ) -> Result<Vec<String>, FetchError> {
        let (start, end) = (range.start.to_string(), range.end.to_string());
        let mut query = vec![("start", &*start), ("end", &*end)];
        query.extend(selector.map(|selector| ("match[]", selector)));
        self.get(&format!("/api/v1/label/{label}/values"), &query).await
    }

    /// The names of the metrics that an expression selects, sorted. Prometheus parses the expression.
    pub async fn metrics_in(&self, expr: &str) -> Result<Vec<String>, FetchError> {
        let tree: Value = self.get("/api/v1/parse_query", &[("query", expr)]).await?;
        let mut names = BTreeSet::new();
        collect_metric_names(&tree, &mut names);
        Ok(names.into_iter().collect())
    }

    /// The active targets.
    pub async fn targets(&self) -> Result<Vec<Target>, FetchError> {
        #[derive(Deserialize)]
        struct Targets {
            #[serde(rename = "activeTargets")]
            active: Vec<Target>,
        }
        Ok(self.get::<Targets>("/api/v1/targets", &[("state", "active")]).await?.active)
    }

    /// The rules of all groups.
    pub async fn rules(&self) -> Result<Vec<Rule>, FetchError> {
        #[derive(Deserialize)]
        struct Group {
            rules: Vec<Rule>,
        }
        #[derive(Deserialize)]
        struct Groups {
            groups: Vec<Group>,
        }
        let groups = self.get::<Groups>("/api/v1/rules", &[]).await?.groups;
        Ok(groups.into_iter().flat_map(|group| group.rules).collect())
    }

    /// The alerts that are pending or firing.
    pub async fn alerts(&self) -> Result<Vec<Alert>, FetchError> {
        #[derive(Deserialize)]
        struct Alerts {
            alerts: Vec<Alert>,
        }
        Ok(self.get::<Alerts>("/api/v1/alerts", &[]).await?.alerts)
    }

    /// The external URL that links in alerts start with.
    pub async fn external_url(&self) -> Result<String, FetchError> {
        let flags: BTreeMap<String, String> = self.get("/api/v1/status/flags", &[]).await?;
        Ok(flags.get("web.external-url").cloned().unwrap_or_default())
    }

    /// The body of a page, such as a runbook; `path` starts with a slash.
    pub async fn page(&self, path: &str) -> Result<String, FetchError> {
        self.fetch.get(&format!("{}{path}", self.base)).text().await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, FetchError> {
        let envelope: Envelope<T> =
            self.fetch.get(&format!("{}{path}", self.base)).query(query).json().await?;
        Ok(envelope.data)
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, form: &[(&str, &str)]) -> Result<T, FetchError> {
        let envelope: Envelope<T> =
            self.fetch.post(&format!("{}{path}", self.base)).form(form).json().await?;
        Ok(envelope.data)
    }
}

#[derive(Deserialize)]
struct Envelope<T> {
    data: T,
}

/// Collects the metric names of all selectors in a syntax tree.
fn collect_metric_names(tree: &Value, names: &mut BTreeSet<String>) {
    match tree {
        Value::Object(node) => {
            let selects =
                matches!(node.get("type").and_then(Value::as_str), Some("vectorSelector" | "matrixSelector"));
            if let Some(name) =
                node.get("name").and_then(Value::as_str).filter(|name| selects && !name.is_empty())
            {
                names.insert(name.to_owned());
            }
            node.values().for_each(|child| collect_metric_names(child, names));
        }
        Value::Array(children) => children.iter().for_each(|child| collect_metric_names(child, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metric_names_are_found_at_any_depth() {
        let tree = serde_json::json!({"type": "binaryExpr", "op": "/",
            "lhs": {"type": "call", "func": {"name": "rate"}, "args": [{"type": "matrixSelector", "name": "a_total"}]},
            "rhs": {"type": "aggregation", "expr": {"type": "vectorSelector", "name": "b_total"}, "param": null}});
        let mut names = BTreeSet::new();
        collect_metric_names(&tree, &mut names);
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["a_total", "b_total"]);
    }
}
