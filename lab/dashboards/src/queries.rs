//! The queries that Grafana would send for a panel.

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

/// Panels that show data that their targets ask for.
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

/// What a panel draws.
#[derive(Clone, Debug)]
pub enum Content<'a> {
    /// Data that these targets ask for.
    Targets(Vec<&'a Target>),
    /// Words, or links to dashboards: nothing is asked.
    Static,
    /// Alerts, which Grafana lists of itself.
    Alerts,
}

/// Tells what a panel draws.
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
        other => Err(Unsupported(format!("panel type {other:?}"))),
    }
}

/// The data source of a target, with the panel's where it names none, and variables replaced.
pub fn data_source(panel: &Panel, target: &Target, variables: &[Bound]) -> Result<DataSource, Unsupported> {
    let named = target.datasource.as_ref().or(panel.datasource.as_ref());
    let named = named.ok_or_else(|| Unsupported(format!("target {} names no data source", target.ref_id)))?;
    let uid = replace(&named.uid, |name, format| in_promql(variables, name, format))?;
    Ok(DataSource { kind: named.kind.clone(), uid })
}

/// The queries of one target; Grafana asks `instant` and `range` both where both are set.
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
        return Err(Unsupported(format!("query type {:?} of Jaeger", target.query_type)));
    }
    steps::reject_time_override(panel)?;
    let Window { from_ms, to_ms } = context.window;
    let mut parameters = vec![("start", (from_ms * 1000).to_string()), ("end", (to_ms * 1000).to_string())];
    let given = [("service", &target.service), ("operation", &target.operation), ("tags", &target.tags)];
    for (name, value) in given {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            parameters.push((name, promql::with_variables(value, context.variables)?));
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

    fn asked(panel: &Panel) -> Result<Vec<Query>, Unsupported> {
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
    fn a_range_query_has_grafanas_windows_and_step() {
        let expr = r#"rate(x{job="$job"}[$__rate_interval]) > $__interval_ms offset $__range"#;
        let asked = asked(&panel(&serde_json::json!({"targets": [{"refId": "A", "expr": expr}]}))).unwrap();
        assert_eq!(
            asked,
            [Query::Range {
                expr: r#"rate(x{job="echo-server"}[4s]) > 1000 offset 300s"#.into(),
                window: Window { from_ms: 700_000, to_ms: 1_000_000 },
                step: Duration::from_secs(1),
            }]
        );
    }

    #[test]
    fn a_smallest_step_widens_the_window() {
        let target = |interval| serde_json::json!({"refId": "A", "expr": "rate(x[$__rate_interval])", "interval": interval});
        let panels = panel(&serde_json::json!({"interval": "10s", "targets": [target("")]}));
        assert_eq!(asked(&panels).unwrap()[0].text(), "rate(x[11s])");
        let queries = panel(&serde_json::json!({"targets": [target("10s")]}));
        assert_eq!(asked(&queries).unwrap()[0].text(), "rate(x[40s])");
    }

    #[test]
    fn a_narrow_panel_asks_for_fewer_points() {
        let panel = panel(&serde_json::json!({"targets": [{"refId": "A", "expr": "up"}]}));
        let context = Context {
            window: WINDOW,
            max_data_points: Some(30),
            variables: &[],
            scrape: Duration::from_secs(1),
        };
        let asked = queries(&panel, &panel.targets[0], context).unwrap();
        let window = Window { from_ms: 700_000, to_ms: 1_000_000 };
        assert_eq!(asked, [Query::Range { expr: "up".into(), window, step: Duration::from_secs(10) }]);
    }

    #[test]
    fn instant_and_range_are_both_asked_and_hidden_targets_not() {
        let json = serde_json::json!({"targets": [
            {"refId": "A", "expr": "up", "instant": true},
            {"refId": "B", "expr": "up", "instant": true, "range": true},
            {"refId": "C", "expr": "up", "hide": true}]});
        let kinds: Vec<bool> = asked(&panel(&json))
            .unwrap()
            .iter()
            .map(|query| matches!(query, Query::Instant { .. }))
            .collect();
        assert_eq!(kinds, [true, true, false]);
    }

    #[test]
    fn a_search_for_traces_has_jaegers_parameters() {
        let json = serde_json::json!({"type": "table", "datasource": {"type": "jaeger", "uid": "jaeger"},
            "targets": [{"refId": "A", "queryType": "search", "service": "web-client", "limit": 5}]});
        let parameters = vec![
            ("start", "700900000".to_owned()),
            ("end", "1000900000".to_owned()),
            ("service", "web-client".to_owned()),
            ("limit", "5".to_owned()),
        ];
        assert_eq!(asked(&panel(&json)).unwrap(), [Query::Traces { parameters }]);
    }

    #[test]
    fn a_written_query_of_influxdb_has_its_time_filter_and_knows_its_buckets() {
        let query = r#"SELECT mean("count") FROM "t" WHERE $timeFilter GROUP BY time($interval)"#;
        let json = serde_json::json!({"datasource": {"type": "influxdb", "uid": "influxdb"}, "interval": "30s",
            "targets": [{"refId": "A", "query": query, "rawQuery": true}]});
        let filter = "time >= 700900ms and time <= 1000900ms";
        let query = query.replace("$interval", "30s").replace("$timeFilter", filter);
        let width = Duration::from_secs(30);
        assert_eq!(asked(&panel(&json)).unwrap(), [Query::InfluxQl { query, window: WINDOW, width }]);
    }

    #[test]
    fn what_is_not_known_is_named() {
        let named = |json, what: &str| {
            let error = asked(&panel(&json)).unwrap_err();
            assert!(error.0.contains(what), "{error}");
        };
        named(serde_json::json!({"type": "canvas"}), "canvas");
        named(serde_json::json!({"targets": []}), "without a query");
        named(serde_json::json!({"targets": [{"refId": "A", "expr": "x[$__foo]"}]}), "$__foo");
        named(serde_json::json!({"timeFrom": "1h", "targets": [{"refId": "A", "expr": "x"}]}), "1h");
        named(serde_json::json!({"timeShift": "1h", "targets": [{"refId": "A", "expr": "x"}]}), "1h");
        let loki = serde_json::json!({"type": "loki", "uid": "loki"});
        named(serde_json::json!({"targets": [{"refId": "A", "datasource": loki}]}), "loki");
        let influx = serde_json::json!({"type": "influxdb", "uid": "influxdb"});
        named(serde_json::json!({"targets": [{"refId": "A", "datasource": influx}]}), "rawQuery");
    }
}
