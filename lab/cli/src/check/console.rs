//! Claims on the console: its security, its topology and rates, and its support of every dashboard.

mod topology;

use std::{collections::BTreeSet, time::Duration};

use reqwest::StatusCode;
use serde::Deserialize;

use catalog::{Service, folders};
use clients::{Clients, fetch::Request, poll::until};

use crate::{
    console::{dashboard, get, get_json},
    table::{Claim, Failure},
};

/// Timeout for the topology, whose numbers lag behind by a few scrapes.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Memory that the console may use. Its container's limit is higher, because large responses need more for a moment.
const BUDGET_MIB: f64 = 48.0;
const MIB: f64 = 1024.0 * 1024.0;

/// Checks the claims. Echoes must be under load.
pub(super) async fn claims(clients: &Clients, has_grafana: bool) -> Vec<Claim> {
    let nodes = until(TIMEOUT, || topology::nodes(clients, has_grafana)).await;
    let rate = until(TIMEOUT, || topology::rate(clients)).await;
    vec![
        Claim::from_result("the console's page has its policy and token", page(clients).await),
        Claim::from_result("the console refuses foreign names and pages", refusals(clients).await),
        Claim::from_result("the console supports every panel", panels(clients).await),
        Claim::from_result("the console's topology has all services, all up", nodes),
        Claim::from_result("the console's rates are Prometheus' rates", rate),
        memory(clients).await,
    ]
}

async fn page(clients: &Clients) -> Result<String, Failure> {
    let response = get(clients, "/").send().await?;
    let status = response.status();
    let policy = response.headers().get("content-security-policy");
    let policy = policy.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let html = response.text().await?;
    if status != StatusCode::OK || !policy.starts_with("default-src 'none'") {
        return Err(format!("it returns {status} with the policy {policy:?}").into());
    }
    if !html.contains("<meta name=\"console-token\" content=\"") {
        return Err("its page has no token".into());
    }
    Ok(policy)
}

/// A foreign `Host` header, and a change without the page's token, must be refused.
async fn refusals(clients: &Clients) -> Result<String, Failure> {
    let base = &clients.settings.console;
    let foreign = clients.fetch.get(&format!("{base}/api/lab")).header("host", "console.example");
    refused(foreign, StatusCode::MISDIRECTED_REQUEST, "a foreign Host").await?;
    let bare = clients.fetch.post(&format!("{base}/api/load")).header("host", &clients.settings.console_host);
    let bare = bare.body(&serde_json::json!({"seconds": 5}));
    refused(bare, StatusCode::FORBIDDEN, "a change without the token").await?;
    Ok("421 for a foreign Host, 403 for a change without the token".into())
}

async fn refused(request: Request, expected: StatusCode, description: &str) -> Result<(), Failure> {
    let status = request.send().await?.status();
    if status == expected {
        Ok(())
    } else {
        Err(format!("{description} is answered with {status}, not {expected}").into())
    }
}

/// The console must list all of the lab's dashboards, and support every panel. The user's own ones are not claimed.
async fn panels(clients: &Clients) -> Result<String, Failure> {
    #[derive(Deserialize)]
    struct Lab {
        dashboards: Vec<Head>,
    }
    let lab: Lab = get_json(clients, "/api/lab").await?;
    let folders = clients.settings.tutorial.dashboard_folders();
    let files = dashboards::load(&clients.settings.dashboards, &folders)?;
    let files: BTreeSet<&str> = files.iter().map(|file| file.uid.as_str()).collect();
    let listed = uids_of_the_lab(&lab.dashboards);
    if files != listed {
        return Err(format!("it lists {listed:?}, the files are {files:?}").into());
    }
    let mut count = 0;
    for uid in listed {
        let panels = dashboard(clients, uid).await?.panels;
        if let Some(panel) = panels.iter().find(|panel| !panel.unknown.is_empty()) {
            return Err(format!("{uid} {} ({}): {}", panel.id, panel.title, panel.unknown.join("; ")).into());
        }
        count += panels.len();
    }
    Ok(format!("{count} panels of {} dashboards", files.len()))
}

/// A dashboard in the console's list.
#[derive(Debug, Deserialize)]
struct Head {
    uid: String,
    folder: String,
}

fn uids_of_the_lab(dashboards: &[Head]) -> BTreeSet<&str> {
    let of_the_lab = dashboards.iter().filter(|head| !head.folder.eq_ignore_ascii_case(folders::OWN));
    of_the_lab.map(|head| head.uid.as_str()).collect()
}

async fn memory(clients: &Clients) -> Claim {
    let claim = format!("the console uses at most {BUDGET_MIB} MiB");
    match clients.docker.memory(Service::Console).await {
        Ok(Some(bytes)) => {
            let mib = bytes as f64 / MIB;
            let evidence = format!("{mib:.1} MiB");
            if mib <= BUDGET_MIB { Claim::proven(claim, evidence) } else { Claim::failed(claim, evidence) }
        }
        Ok(None) => Claim::not_provable(claim, "Docker reports no memory usage on this machine"),
        Err(error) => Claim::failed(claim, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_own_dashboards_are_not_compared_with_the_labs_files() {
        let head = |uid: &str, folder: &str| Head { uid: uid.into(), folder: folder.into() };
        let listed = [head("tea-shop", "Own"), head("lookout", "Lab"), head("orders", "Order")];
        assert_eq!(uids_of_the_lab(&listed), ["lookout", "orders"].into());
    }
}
