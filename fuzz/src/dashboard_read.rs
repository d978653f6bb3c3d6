//! Reading a dashboard.

use std::time::Duration;

use dashboards::{
    head::heads,
    interpolate::{Scope, in_promql, replace},
    model::{Dashboard, Target},
    queries::{self, Content, Context, Query},
    response::{QueryResponse, Response, Rows, Series, Trace},
    time::{self, Window},
    variables::{self, Bound, Source},
    view::view,
};
use serde_json::json;

const NOW_MS: i64 = 1_700_000_000_000;

/// Reads the input as a dashboard. Heads, queries and views of its panels may fail, but never panic.
pub fn dashboard_read(data: &[u8]) {
    let Ok(dashboard) = serde_json::from_slice::<Dashboard>(data) else { return };
    let default = Window { from_ms: NOW_MS - 900_000, to_ms: NOW_MS };
    let window = time::resolve(&dashboard.time, NOW_MS).unwrap_or(default);
    let variables = bind_variables(&dashboard);
    let scope = Scope { variables: &variables, window };
    heads(&dashboard, scope);
    let context =
        Context { window, max_data_points: None, variables: &variables, scrape: Duration::from_secs(1) };
    for panel in dashboard.panels() {
        let Ok(Content::Targets(targets)) = queries::content(panel) else { continue };
        let mut queries: Vec<(&Target, Query, Response)> = Vec::new();
        for target in targets {
            for query in queries::queries(panel, target, context).unwrap_or_default() {
                let response = response(&query);
                queries.push((target, query, response));
            }
        }
        let responses: Vec<QueryResponse<'_>> = queries
            .iter()
            .map(|(target, query, response)| QueryResponse { target, query, response })
            .collect();
        let _ = view(panel, &responses, scope);
        let _ = view(panel, &[], scope);
    }
}

fn bind_variables(dashboard: &Dashboard) -> Vec<Bound> {
    let mut bound = Vec::new();
    for variable in &dashboard.templating.list {
        let interpolate = |text: &str| replace(text, |name, format| in_promql(&bound, name, format));
        let options = match variables::source(variable, interpolate) {
            Ok(Source::Fixed(options)) => options,
            Ok(Source::LabelValues { .. } | Source::InfluxQl(_)) => vec!["a".to_owned(), "b.c".to_owned()],
            Err(_) => continue,
        };
        bound.push(variables::bind(variable, options));
    }
    bound
}

/// A response with two points or rows.
fn response(query: &Query) -> Response {
    match query {
        Query::Instant { .. } | Query::Range { .. } => {
            let bucket = |le: &str, count: f64| Series {
                labels: [("job".to_owned(), "a".to_owned()), ("le".to_owned(), le.to_owned())].into(),
                points: vec![(1_699_999_990.0, count), (1_699_999_991.0, f64::NAN)],
            };
            Response::Prometheus(vec![bucket("1", 1.0), bucket("+Inf", 2.0)])
        }
        Query::InfluxQl { .. } => Response::InfluxQl(vec![Rows {
            name: "response_time.timer".to_owned(),
            tags: [("host".to_owned(), "a".to_owned())].into(),
            columns: ["time", "mean", "text"].map(str::to_owned).to_vec(),
            values: vec![vec![json!(1_699_999_990_000_i64), json!(1.5), json!("x")], vec![json!(null)]],
        }]),
        Query::Traces { .. } => Response::Traces(vec![Trace::default()]),
    }
}
