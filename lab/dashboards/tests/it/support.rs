//! Fixtures: a panel of the lab with the responses of Grafana and of the data source itself.

use std::{fs, path::Path, time::Duration};

use dashboards::{
    Unsupported,
    interpolate::Scope,
    model::{Panel, Target},
    queries::{self, Context, Query},
    response::{Labels, QueryResponse, Response, Rows, Series},
    time::Window,
    variables::{Bound, Value},
    view::{View, view},
};
use serde::Deserialize;
use serde_json::Value as Json;

#[derive(Deserialize)]
pub(crate) struct Fixture {
    pub(crate) panel: Panel,
    pub(crate) targets: Vec<RecordedTarget>,
    from_ms: i64,
    to_ms: i64,
    max_data_points: u32,
    /// Variables with the `allValue` of "All".
    variables: Labels,
}

/// A target with the query that Grafana sent, its frames, and the data source's own response.
#[derive(Deserialize)]
pub(crate) struct RecordedTarget {
    #[serde(rename = "ref")]
    pub(crate) ref_id: String,
    pub(crate) executed: Executed,
    answer: Json,
    pub(crate) frames: Vec<GrafanaFrame>,
}

/// The query that Grafana reported as sent.
#[derive(Deserialize)]
pub(crate) struct Executed {
    pub(crate) expr: Option<String>,
    pub(crate) step_ms: Option<u64>,
    pub(crate) query: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct GrafanaFrame {
    pub(crate) fields: Vec<GrafanaField>,
}

#[derive(Deserialize)]
pub(crate) struct GrafanaField {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) labels: Labels,
    pub(crate) shown: Option<String>,
    values: Vec<Json>,
}

impl GrafanaField {
    pub(crate) fn times(&self) -> Vec<Option<i64>> {
        self.values.iter().map(Json::as_i64).collect()
    }

    /// Numbers. Non-finite ones are recorded as strings.
    pub(crate) fn numbers(&self) -> Vec<Option<f64>> {
        self.values.iter().map(number).collect()
    }
}

fn number(value: &Json) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

impl Fixture {
    pub(crate) fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/{name}.json"));
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    }

    pub(crate) fn window(&self) -> Window {
        Window { from_ms: self.from_ms, to_ms: self.to_ms }
    }

    pub(crate) fn variables(&self) -> Vec<Bound> {
        let bound = |(name, all): (&String, &String)| Bound {
            name: name.clone(),
            value: Value::Verbatim(all.clone()),
        };
        self.variables.iter().map(bound).collect()
    }

    pub(crate) fn target(&self, recorded: &RecordedTarget) -> &Target {
        self.panel.targets.iter().find(|target| target.ref_id == recorded.ref_id).unwrap()
    }

    /// The query of a target, which must be exactly one.
    pub(crate) fn query(&self, target: &RecordedTarget) -> Query {
        let variables = self.variables();
        let context = Context {
            window: self.window(),
            max_data_points: Some(self.max_data_points),
            variables: &variables,
            scrape: Duration::from_secs(1),
        };
        let mut queries = queries::queries(&self.panel, self.target(target), context).unwrap();
        assert_eq!(queries.len(), 1);
        queries.remove(0)
    }

    /// The view of the panel, from the data source's responses.
    pub(crate) fn view(&self) -> Result<View, Unsupported> {
        self.with_responses(|responses| {
            let scope = Scope { variables: &self.variables(), window: self.window() };
            view(&self.panel, responses, scope)
        })
    }

    pub(crate) fn with_responses<T>(&self, test: impl FnOnce(&[QueryResponse<'_>]) -> T) -> T {
        let queries: Vec<(Query, Response)> =
            self.targets.iter().map(|target| (self.query(target), parse_response(&target.answer))).collect();
        let responses: Vec<QueryResponse<'_>> = self
            .targets
            .iter()
            .zip(&queries)
            .map(|(target, (query, response))| QueryResponse { target: self.target(target), query, response })
            .collect();
        test(&responses)
    }
}

/// Parses a response of Prometheus (its `data`) or `InfluxDB`.
fn parse_response(json: &Json) -> Response {
    if let Some(results) = json["results"].as_array() {
        let series = results.iter().flat_map(|result| list(&result["series"]));
        return Response::InfluxQl(series.map(rows).collect());
    }
    Response::Prometheus(list(&json["result"]).iter().map(series).collect())
}

fn series(json: &Json) -> Series {
    let one = json["value"].as_array().map(|_| &json["value"]);
    let points = list(&json["values"]).iter().chain(one);
    let point = |point: &Json| (point[0].as_f64().unwrap(), number(&point[1]).unwrap());
    Series { labels: labels(&json["metric"]), points: points.map(point).collect() }
}

fn rows(json: &Json) -> Rows {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    Rows {
        name: text(&json["name"]),
        tags: labels(&json["tags"]),
        columns: list(&json["columns"]).iter().map(text).collect(),
        values: list(&json["values"]).iter().map(|row| list(row).to_vec()).collect(),
    }
}

fn labels(json: &Json) -> Labels {
    serde_json::from_value(json.clone()).unwrap_or_default()
}

fn list(json: &Json) -> &[Json] {
    json.as_array().map_or(&[], Vec::as_slice)
}
