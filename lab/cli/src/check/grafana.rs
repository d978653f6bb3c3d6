//! Claims that only Grafana can prove; where it is not there, each is listed as not provable.

use std::time::Duration;

use serde_json::json;

use catalog::Tutorial;
use clients::{Clients, grafana::DsQuery, poll::until};
use dashboards::{
    Unknown,
    model::{Dashboard, Panel, Target},
    queries::{self, Content, Context, influxql, promql, steps::Steps},
};
use evaluate::panel::{self, PanelSeries};

use crate::table::Claim;

use super::values;

const PATIENCE: Duration = Duration::from_secs(10);
/// The interval that the provisioned data sources have.
const SCRAPE: Duration = Duration::from_secs(1);

/// Health, data sources, dashboards, and each panel's query through Grafana.
pub async fn claims(parts: &Clients, has_grafana: bool, dashboards: &[Dashboard]) -> Vec<Claim> {
    let names = [
        "Grafana answers".to_owned(),
        "Grafana reaches its data sources".to_owned(),
        format!("Grafana has the {} dashboards", dashboards.len()),
        "every panel's query passes through Grafana".to_owned(),
    ];
    if !has_grafana {
        return names
            .into_iter()
            .map(|name| Claim::not_provable(name, "Grafana is not in this lab"))
            .collect();
    }
    let [answers, sources, provisioned, passes] = names;
    let version = until(PATIENCE, || parts.grafana.version()).await;
    vec![
        Claim::from_result(answers, version.map(|version| format!("version {version}"))),
        Claim::from_result(sources, until(PATIENCE, || sources_healthy(parts)).await),
        Claim::from_result(provisioned, until(PATIENCE, || all_provisioned(parts, dashboards)).await),
        Claim::from_result(passes, pass_all(parts, dashboards).await),
    ]
}

async fn sources_healthy(parts: &Clients) -> Result<String, String> {
    let mut sources = vec!["prometheus", "jaeger"];
    if parts.settings.tutorial.has(Tutorial::Influx) {
        sources.push("influxdb");
    }
    for uid in &sources {
        parts.grafana.data_source_health(uid).await.map_err(|error| error.to_string())?;
    }
    Ok(sources.join(", "))
}

async fn all_provisioned(parts: &Clients, dashboards: &[Dashboard]) -> Result<String, String> {
    for dashboard in dashboards {
        let (title, panels) =
            parts.grafana.dashboard(&dashboard.uid).await.map_err(|error| error.to_string())?;
        if title != dashboard.title || panels != dashboard.panels.len() {
            return Err(format!("{} is {title:?} with {panels} panels there", dashboard.uid));
        }
    }
    let uids: Vec<&str> = dashboards.iter().map(|dashboard| dashboard.uid.as_str()).collect();
    Ok(uids.join(", "))
}

/// Asks each target through Grafana's back end, its variables at their widest, its windows left to Grafana.
async fn pass_all(parts: &Clients, dashboards: &[Dashboard]) -> Result<String, String> {
    let mut passed = 0;
    for dashboard in dashboards {
        let bound = panel::bind_variables(
            parts,
            dashboard,
            panel::window(&dashboard.time).map_err(|error| error.to_string())?,
        )
        .await
        .map_err(|error| error.to_string())?;
        for panel in dashboard.panels() {
            let Ok(Content::Targets(targets)) = queries::content(panel) else { continue };
            for target in targets {
                let text = format!("{}{}", target.expr, target.query);
                let tutorial = parts.settings.tutorial;
                let left_out =
                    tutorial.excludes(&text) || (target.raw_query && !tutorial.has(Tutorial::Influx));
                // The row of a load is empty before a load; its own claim says so.
                if left_out || text.contains("k6_") {
                    continue;
                }
                let window = panel::window(&dashboard.time).map_err(|error| error.to_string())?;
                let context = Context { window, max_data_points: None, variables: &bound, scrape: SCRAPE };
                let query = query(panel, target, context).map_err(|unknown| unknown.to_string())?;
                let answer = parts.grafana.query(&query).await.map_err(|error| error.to_string())?;
                let drawn: Vec<PanelSeries> =
                    answer.into_iter().map(|values| PanelSeries { values, age_seconds: 0.0 }).collect();
                let judged = values::judge(&drawn, values::LIVE);
                judged.map_err(|error| format!("{} panel {}: {error}: {text}", dashboard.uid, panel.id))?;
                passed += 1;
            }
        }
    }
    Ok(format!("{passed} queries"))
}

fn query(panel: &Panel, target: &Target, context: Context<'_>) -> Result<DsQuery, Unknown> {
    let steps = Steps::of_panel(panel, target, context)?;
    let bound = context.variables;
    let source = queries::data_source(panel, target, bound)?;
    let mut asked = match source.kind.as_str() {
        "prometheus" => json!({
            "expr": promql::with_variables(&target.expr, bound)?,
            "instant": target.instant, "range": target.range.unwrap_or(!target.instant)}),
        "influxdb" => json!({
            "query": influxql::with_variables(&target.query, bound)?, "rawQuery": true,
            "resultFormat": "time_series"}),
        other => return Err(Unknown(format!("panel {} asks a data source of type {other:?}", panel.id))),
    };
    asked["refId"] = json!(target.ref_id);
    asked["datasource"] = json!({"type": source.kind, "uid": source.uid});
    if let Some(interval) = &panel.interval {
        asked["interval"] = json!(interval);
    }
    Ok(DsQuery {
        target: asked,
        from: context.window.from_ms,
        to: context.window.to_ms,
        interval_ms: steps.step.as_millis() as u64,
        max_data_points: panel.max_data_points.map_or(1000, |points| points as u32),
    })
}
