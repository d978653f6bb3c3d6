//! The queries that Grafana sends for a panel.

pub mod influxql;
pub mod promql;
mod query;
pub mod steps;

use crate::{
    Unsupported,
    interpolate::{in_promql, replace},
    model::{DataSource, Panel, Target},
    time::Window,
    variables::Bound,
};

pub use self::query::{Context, Query};

/// Panel types that show the data of their targets.
const DATA_PANELS: [&str; 11] = [
    "timeseries",
    "stat",
    "gauge",
    "bargauge",
    "barchart",
    "piechart",
    "table",
    "heatmap",
    "histogram",
    "state-timeline",
    "status-history",
];

/// The content of a panel.
#[derive(Clone, Debug)]
pub enum Content<'a> {
    /// The data of these targets.
    Targets(Vec<&'a Target>),
    /// Text or links to dashboards. Needs no query.
    Static,
    /// Alerts. Grafana has them itself.
    Alerts,
}

/// Determines the content of a panel.
///
/// # Errors
///
/// Returns an error if the panel type is not supported, or if a data panel has no enabled target.
pub fn content(panel: &Panel) -> Result<Content<'_>, Unsupported> {
    match panel.kind.as_str() {
        "text" | "dashlist" => Ok(Content::Static),
        "alertlist" => Ok(Content::Alerts),
        "traces" => Ok(Content::Targets(panel.targets.iter().filter(|target| !target.hide).collect())),
        kind if DATA_PANELS.contains(&kind) => {
            let targets: Vec<&Target> = panel.targets.iter().filter(|target| !target.hide).collect();
            if targets.is_empty() {
                return Err(Unsupported(format!("a {kind} panel without a query")));
            }
            Ok(Content::Targets(targets))
        }
        "" if let Some(name) = &panel.library => Err(Unsupported(format!("library panel {name:?}"))),
        other => Err(Unsupported(format!("panel type {other:?}"))),
    }
}

/// The data source of a target, with variables replaced. Defaults to the panel's data source, then to Prometheus.
///
/// # Errors
///
/// Returns an error if the lab has no such data source, or if its uid contains an unknown variable.
pub fn data_source(panel: &Panel, target: &Target, variables: &[Bound]) -> Result<DataSource, Unsupported> {
    let source = target.datasource.as_ref().or(panel.datasource.as_ref());
    DataSource::resolved(source, |uid| replace(uid, |name, format| in_promql(variables, name, format)))
}

/// The queries of a target. Two if both `instant` and `range` are set, otherwise one.
///
/// # Errors
///
/// Returns an error if the target uses an unsupported feature.
pub fn queries(panel: &Panel, target: &Target, context: Context<'_>) -> Result<Vec<Query>, Unsupported> {
    let source = data_source(panel, target, context.variables)?;
    match source.kind.as_str() {
        "prometheus" => promql::queries(panel, target, context),
        "influxdb" => influxql::query(panel, target, context).map(|query| vec![query]),
        "jaeger" => trace_search(panel, target, context).map(|query| vec![query]),
        other => Err(Unsupported(format!("data source type {other:?}"))),
    }
}

/// A search for traces, as Grafana sends it to Jaeger.
fn trace_search(panel: &Panel, target: &Target, context: Context<'_>) -> Result<Query, Unsupported> {
    if target.query_type.as_deref() != Some("search") {
        return Err(Unsupported(format!("Jaeger query type {:?}", target.query_type)));
    }
    steps::reject_time_override(panel)?;
    let Window { from_ms, to_ms } = context.window;
    let mut parameters = vec![
        ("start", from_ms.saturating_mul(1000).to_string()),
        ("end", to_ms.saturating_mul(1000).to_string()),
    ];
    let filters = [("service", &target.service), ("operation", &target.operation), ("tags", &target.tags)];
    for (name, value) in filters {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            parameters.push((name, promql::interpolate_dashboard_variables(value, context.variables)?));
        }
    }
    parameters.push(("limit", target.limit.unwrap_or(20).to_string()));
    Ok(Query::Traces { parameters })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::variables::Value;

    const WINDOW: Window = Window { from_ms: 700_900, to_ms: 1_000_900 };

    fn panel(json: &serde_json::Value) -> Panel {
        let mut panel = serde_json::json!({
            "id": 1, "type": "timeseries", "gridPos": {"h": 8, "w": 12, "x": 0, "y": 0},
            "datasource": {"type": "prometheus", "uid": "prometheus"},
        });
        panel.as_object_mut().unwrap().extend(json.as_object().unwrap().clone());
        serde_json::from_value(panel).unwrap()
    }

    fn panel_queries(panel: &Panel) -> Result<Vec<Query>, Unsupported> {
        let variables = [Bound { name: "job".into(), value: Value::One("echo-server".into()) }];
        let context = Context {
            window: WINDOW,
            max_data_points: None,
            variables: &variables,
            scrape: Duration::from_secs(1),
        };
        let Content::Targets(targets) = content(panel)? else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        for target in targets {
            all.extend(queries(panel, target, context)?);
        }
        Ok(all)
    }

    #[test]
    fn builds_a_range_query_with_aligned_window_and_step() {
        let expr = r#"rate(x{job="$job"}[$__rate_interval]) > $__interval_ms offset $__range"#;
        let queries =
            panel_queries(&panel(&serde_json::json!({"targets": [{"refId": "A", "expr": expr}]}))).unwrap();
        assert_eq!(
            queries,
            [Query::Range {
                expr: r#"rate(x{job="echo-server"}[4s]) > 1000 offset 300s"#.into(),
                window: Window { from_ms: 700_000, to_ms: 1_000_000 },
                step: Duration::from_secs(1),
            }]
        );
    }

    #[test]
    fn widens_the_rate_window_to_the_minimum_step() {
        let target = |interval| serde_json::json!({"refId": "A", "expr": "rate(x[$__rate_interval])", "interval": interval});
        let panels = panel(&serde_json::json!({"interval": "10s", "targets": [target("")]}));
        assert_eq!(panel_queries(&panels).unwrap()[0].text(), "rate(x[11s])");
        let queries = panel(&serde_json::json!({"targets": [target("10s")]}));
        assert_eq!(panel_queries(&queries).unwrap()[0].text(), "rate(x[40s])");
    }

    #[test]
    fn requests_fewer_points_for_a_narrow_panel() {
        let panel = panel(&serde_json::json!({"targets": [{"refId": "A", "expr": "up"}]}));
        let context = Context {
            window: WINDOW,
            max_data_points: Some(30),
            variables: &[],
            scrape: Duration::from_secs(1),
        };
        let queries = super::queries(&panel, &panel.targets[0], context).unwrap();
        let window = Window { from_ms: 700_000, to_ms: 1_000_000 };
        assert_eq!(queries, [Query::Range { expr: "up".into(), window, step: Duration::from_secs(10) }]);
    }

    #[test]
    fn sends_instant_and_range_queries_and_skips_hidden_targets() {
        let json = serde_json::json!({"targets": [
            {"refId": "A", "expr": "up", "instant": true},
            {"refId": "B", "expr": "up", "instant": true, "range": true},
            {"refId": "C", "expr": "up", "hide": true}]});
        let kinds: Vec<bool> = panel_queries(&panel(&json))
            .unwrap()
            .iter()
            .map(|query| matches!(query, Query::Instant { .. }))
            .collect();
        assert_eq!(kinds, [true, true, false]);
    }

    #[test]
    fn builds_a_jaeger_search() {
        let json = serde_json::json!({"type": "table", "datasource": {"type": "jaeger", "uid": "jaeger"},
            "targets": [{"refId": "A", "queryType": "search", "service": "web-client", "limit": 5}]});
        let parameters = vec![
            ("start", "700900000".to_owned()),
            ("end", "1000900000".to_owned()),
            ("service", "web-client".to_owned()),
            ("limit", "5".to_owned()),
        ];
        assert_eq!(panel_queries(&panel(&json)).unwrap(), [Query::Traces { parameters }]);
    }

    #[test]
    fn builds_a_raw_influxdb_query_with_time_filter_and_bucket_width() {
        let query = r#"SELECT mean("count") FROM "t" WHERE $timeFilter GROUP BY time($interval)"#;
        let json = serde_json::json!({"datasource": {"type": "influxdb", "uid": "influxdb"}, "interval": "30s",
            "targets": [{"refId": "A", "query": query, "rawQuery": true}]});
        let filter = "time >= 700900ms and time <= 1000900ms";
        let query = query.replace("$interval", "30s").replace("$timeFilter", filter);
        let width = Duration::from_secs(30);
        assert_eq!(panel_queries(&panel(&json)).unwrap(), [Query::InfluxQl { query, window: WINDOW, width }]);
    }

    #[test]
    fn rejects_unsupported_panels_and_targets() {
        let rejects = |json, reason: &str| {
            let error = panel_queries(&panel(&json)).unwrap_err();
            assert!(error.0.contains(reason), "{error}");
        };
        rejects(serde_json::json!({"type": "canvas"}), "canvas");
        rejects(serde_json::json!({"targets": []}), "without a query");
        rejects(serde_json::json!({"targets": [{"refId": "A", "expr": "x[$__foo]"}]}), "$__foo");
        rejects(serde_json::json!({"timeFrom": "1h", "targets": [{"refId": "A", "expr": "x"}]}), "1h");
        rejects(serde_json::json!({"timeShift": "1h", "targets": [{"refId": "A", "expr": "x"}]}), "1h");
        let loki = serde_json::json!({"type": "loki", "uid": "loki"});
        rejects(serde_json::json!({"targets": [{"refId": "A", "datasource": loki}]}), "loki");
        let influx = serde_json::json!({"type": "influxdb", "uid": "influxdb"});
        rejects(serde_json::json!({"targets": [{"refId": "A", "datasource": influx}]}), "rawQuery");
    }
}
