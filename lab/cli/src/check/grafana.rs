//! Claims on Grafana. Where it is unavailable, each is reported as not provable.

use std::time::{Duration, Instant};

use serde_json::json;

use catalog::Tutorial;
use clients::{Clients, grafana::DsQuery, poll::until};
use dashboards::{
    Unsupported,
    model::{Dashboard, Panel, Target},
    queries::{self, Content, Context, influxql, promql, steps::Steps},
};
use evaluate::panel::{self, PanelSeries};

use crate::table::{Claim, Failure};

use super::values;

const TIMEOUT: Duration = Duration::from_secs(10);
/// The scrape interval set in the provisioned data sources.
const SCRAPE_INTERVAL: Duration = Duration::from_secs(1);

/// Checks health, data sources, dashboards, and each panel's queries through Grafana. Load must be running.
pub async fn claims(clients: &Clients, has_grafana: bool, dashboards: &[Dashboard]) -> Vec<Claim> {
    let names = [
        "Grafana is healthy".to_owned(),
        "Grafana reaches its data sources".to_owned(),
        format!("Grafana has the {} dashboards", dashboards.len()),
        "every panel's query has data through Grafana".to_owned(),
    ];
    if !has_grafana {
        return names
            .into_iter()
            .map(|name| Claim::not_provable(name, "Grafana is not in this lab"))
            .collect();
    }
    let [healthy, sources, provisioned, queries] = names;
    let version = until(TIMEOUT, || clients.grafana.version()).await;
    vec![
        Claim::from_result(healthy, version.map(|version| format!("version {version}"))),
        Claim::from_result(sources, until(TIMEOUT, || sources_healthy(clients)).await),
        Claim::from_result(provisioned, until(TIMEOUT, || all_provisioned(clients, dashboards)).await),
        Claim::from_result(queries, query_all(clients, dashboards).await),
    ]
}

async fn sources_healthy(clients: &Clients) -> Result<String, Failure> {
    let mut sources = vec!["prometheus", "jaeger"];
    if clients.settings.tutorial.has(Tutorial::Influx) {
        sources.push("influxdb");
    }
    for uid in &sources {
        clients.grafana.data_source_health(uid).await?;
    }
    Ok(sources.join(", "))
}

async fn all_provisioned(clients: &Clients, dashboards: &[Dashboard]) -> Result<String, Failure> {
    for dashboard in dashboards {
        let (title, panels) = clients.grafana.dashboard(&dashboard.uid).await?;
        if title != dashboard.title || panels != dashboard.panels.len() {
            return Err(format!("Grafana has {title:?} with {panels} panels as {}", dashboard.uid).into());
        }
    }
    let uids: Vec<&str> = dashboards.iter().map(|dashboard| dashboard.uid.as_str()).collect();
    Ok(uids.join(", "))
}

/// Sends each panel's queries through Grafana, with all values of the variables. Grafana computes the windows.
async fn query_all(clients: &Clients, dashboards: &[Dashboard]) -> Result<String, Failure> {
    let deadline = Instant::now() + TIMEOUT;
    let timeout = || deadline.saturating_duration_since(Instant::now());
    let mut count = 0;
    for dashboard in dashboards {
        let bound = panel::bind_variables(clients, dashboard, panel::window(&dashboard.time)?).await?;
        for panel in dashboard.panels() {
            let Ok(Content::Targets(targets)) = queries::content(panel) else { continue };
            for target in targets {
                let text = format!("{}{}", target.expr, target.query);
                let tutorial = clients.settings.tutorial;
                let is_excluded =
                    tutorial.excludes(&text) || (target.raw_query && !tutorial.has(Tutorial::Influx));
                // Empty until `make load` has run; the panel's own claim reports that.
                if is_excluded || text.contains("k6_") {
                    continue;
                }
                // A value may be missing for a moment: each attempt queries the range up to now.
                until(timeout(), async || {
                    let window = panel::window(&dashboard.time)?;
                    let context =
                        Context { window, max_data_points: None, variables: &bound, scrape: SCRAPE_INTERVAL };
                    let query = query(panel, target, context)?;
                    let series = clients.grafana.query(&query).await?;
                    let series = series.into_iter().map(|values| PanelSeries { values, age_seconds: 0.0 });
                    values::evaluate(&series.collect::<Vec<_>>(), values::MAX_AGE_SECONDS)
                })
                .await
                .map_err(|error| format!("{} panel {}: {error}: {text}", dashboard.uid, panel.id))?;
                count += 1;
            }
        }
    }
    Ok(format!("{count} queries"))
}

fn query(panel: &Panel, target: &Target, context: Context<'_>) -> Result<DsQuery, Unsupported> {
    let steps = Steps::for_target(panel, target, context)?;
    let bound = context.variables;
    let source = queries::data_source(panel, target, bound)?;
    let mut body = match source.kind.as_str() {
        "prometheus" => json!({
            "expr": promql::interpolate_dashboard_variables(&target.expr, bound)?,
            "instant": target.instant, "range": target.range.unwrap_or(!target.instant)}),
        "influxdb" => json!({
            "query": influxql::interpolate_dashboard_variables(&target.query, bound)?, "rawQuery": true,
            "resultFormat": "time_series"}),
        other => return Err(Unsupported(format!("panel {} has a data source of type {other:?}", panel.id))),
    };
    body["refId"] = json!(target.ref_id);
    body["datasource"] = json!({"type": source.kind, "uid": source.uid});
    if let Some(interval) = &panel.interval {
        body["interval"] = json!(interval);
    }
    Ok(DsQuery {
        target: body,
        from: context.window.from_ms,
        to: context.window.to_ms,
        interval_ms: steps.step.as_millis() as u64,
        max_data_points: panel.max_data_points.map_or(1000, |points| points as u32),
    })
}
