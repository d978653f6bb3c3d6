//! Claims on the console: its door is guarded, its picture is whole and tells Prometheus' own numbers, and it understands
//! every panel of every dashboard.

mod picture;

use std::{collections::BTreeSet, time::Duration};

use reqwest::StatusCode;
use serde::Deserialize;

use catalog::Service;
use clients::{Clients, fetch::Request, poll::until};

use crate::{
    console::{ask, dashboard, read},
    table::Claim,
};

/// A figure of the map is some scrapes old when it comes.
const PATIENCE: Duration = Duration::from_secs(15);
/// Well below its container's limit, which large answers may come near.
const BUDGET_MIB: f64 = 48.0;
const MIB: f64 = 1024.0 * 1024.0;

/// The console's claims; while echoes flow.
pub(super) async fn claims(parts: &Clients, has_grafana: bool) -> Vec<Claim> {
    let nodes = until(PATIENCE, || picture::nodes(parts, has_grafana)).await;
    let rate = until(PATIENCE, || picture::rate(parts)).await;
    vec![
        Claim::from_result("the console's page has its policy and token", page(parts).await),
        Claim::from_result("the console refuses foreign names and pages", refusals(parts).await),
        Claim::from_result("the console understands every panel", panels(parts).await),
        Claim::from_result("the console's map has every part, all up", nodes),
        Claim::from_result("the console's map tells Prometheus' numbers", rate),
        memory(parts).await,
    ]
}

async fn page(parts: &Clients) -> Result<String, String> {
    let response = ask(parts, "/").send().await.map_err(|error| error.to_string())?;
    let status = response.status();
    let policy = response.headers().get("content-security-policy");
    let policy = policy.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let html = response.text().await.map_err(|error| error.to_string())?;
    if status != StatusCode::OK || !policy.starts_with("default-src 'none'") {
        return Err(format!("it answers {status} with the policy {policy:?}"));
    }
    if !html.contains("<meta name=\"console-token\" content=\"") {
        return Err("its page carries no token".into());
    }
    Ok(policy)
}

/// A name that is not its own, and a change without its token.
async fn refusals(parts: &Clients) -> Result<String, String> {
    let base = &parts.settings.console;
    let foreign = parts.fetch.get(&format!("{base}/api/lab")).header("host", "console.example");
    refused(foreign, StatusCode::MISDIRECTED_REQUEST, "a foreign Host").await?;
    let bare = parts.fetch.post(&format!("{base}/api/load")).header("host", &parts.settings.console_host);
    let bare = bare.body(&serde_json::json!({"seconds": 5}));
    refused(bare, StatusCode::FORBIDDEN, "a change without the token").await?;
    Ok("421 for a foreign Host, 403 for a change without the token".into())
}

async fn refused(request: Request, wanted: StatusCode, what: &str) -> Result<(), String> {
    let status = request.send().await.map_err(|error| error.to_string())?.status();
    if status == wanted { Ok(()) } else { Err(format!("{what} is answered {status}, not {wanted}")) }
}

/// All dashboards of the lab, with nothing in them that the console does not know.
async fn panels(parts: &Clients) -> Result<String, String> {
    #[derive(Deserialize)]
    struct Head {
        uid: String,
    }
    #[derive(Deserialize)]
    struct Lab {
        dashboards: Vec<Head>,
    }
    let lab: Lab = read(parts, "/api/lab").await?;
    let folders = parts.settings.tutorial.dashboard_folders();
    let files = dashboards::load(&parts.settings.dashboards, &folders).map_err(|error| error.to_string())?;
    let files: BTreeSet<&str> = files.iter().map(|file| file.uid.as_str()).collect();
    let listed: BTreeSet<&str> = lab.dashboards.iter().map(|head| head.uid.as_str()).collect();
    if files != listed {
        return Err(format!("it lists {listed:?}, the files are {files:?}"));
    }
    let mut count = 0;
    for uid in listed {
        let panels = dashboard(parts, uid).await?.panels;
        if let Some(panel) = panels.iter().find(|panel| !panel.unknown.is_empty()) {
            return Err(format!("{uid} {} ({}): {}", panel.id, panel.title, panel.unknown.join("; ")));
        }
        count += panels.len();
    }
    Ok(format!("{count} panels of {} dashboards", files.len()))
}

async fn memory(parts: &Clients) -> Claim {
    let claim = format!("the console holds at most {BUDGET_MIB} MiB");
    match parts.docker.memory(Service::Console).await {
        Ok(Some(bytes)) => {
            let mib = bytes as f64 / MIB;
            let evidence = format!("{mib:.1} MiB");
            if mib <= BUDGET_MIB { Claim::proven(claim, evidence) } else { Claim::failed(claim, evidence) }
        }
        Ok(None) => Claim::not_provable(claim, "this machine gives Docker no memory figures"),
        Err(error) => Claim::failed(claim, error.to_string()),
    }
}
