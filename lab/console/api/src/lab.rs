//! `GET /api/lab`: the lab's tutorials, dashboards and links, for the frame of every page.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRef, State};
use axum::routing::get;
use axum::{Json, Router};
use clients::Clients;
use serde::Serialize;
use tokio::time::timeout;

use crate::config::Config;
use crate::dashboards::{Library, Unread};
use crate::tutorials::{self, TUTORIALS};

/// A Grafana that does not respond in time is not linked.
const GRAFANA_TIMEOUT: Duration = Duration::from_secs(1);

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Lab {
    name: String,
    /// The value of `TUTORIAL` with which the lab was started.
    tutorial: String,
    /// Grafana's address, if it responds.
    grafana: Option<String>,
    /// A page by service; null for a service that is not published.
    links: BTreeMap<&'static str, Option<String>>,
    tutorials: Vec<TutorialHead>,
    dashboards: Vec<DashboardHead>,
    unread_dashboards: Vec<UnreadDashboard>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct TutorialHead {
    number: usize,
    id: &'static str,
    title: String,
    started: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct DashboardHead {
    uid: String,
    title: String,
    folder: String,
    description: String,
    /// Number of panels.
    panels: usize,
}

/// A file whose current content is not a dashboard that can be shown.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct UnreadDashboard {
    folder: String,
    file: String,
    reason: String,
}

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Arc<Config>: FromRef<S>,
    Library: FromRef<S>,
    Clients: FromRef<S>,
{
    Router::new().route("/api/lab", get(lab))
}

async fn lab(
    State(config): State<Arc<Config>>,
    State(library): State<Library>,
    State(clients): State<Clients>,
) -> Json<Lab> {
    let settings = &config.settings;
    let mut tutorials = Vec::new();
    for (index, tutorial) in TUTORIALS.into_iter().enumerate() {
        tutorials.push(TutorialHead {
            number: index + 1,
            id: tutorial.name(),
            title: tutorials::title(&config.console_docs, tutorial).await,
            started: settings.tutorial.has(tutorial),
        });
    }
    let snapshot = library.snapshot();
    let unread = snapshot.unread().into_iter();
    let unread = unread.map(|Unread { folder, file, reason }| UnreadDashboard { folder, file, reason });
    let dashboards = snapshot.entries().map(|entry| DashboardHead {
        uid: entry.dashboard.uid.clone(),
        title: entry.dashboard.title.clone(),
        folder: entry.folder.clone(),
        description: entry.dashboard.description.clone(),
        panels: entry.dashboard.panels().count(),
    });
    let links = config
        .links
        .all()
        .into_iter()
        .map(|(name, url)| (name, url.map(|url| format!("{}{}", url.trim_end_matches('/'), page(name)))));
    Json(Lab {
        name: settings.lab_name.clone(),
        tutorial: format!("{:?}", settings.tutorial).to_lowercase(),
        grafana: grafana(&config, &clients).await,
        links: links.collect(),
        tutorials,
        dashboards: dashboards.collect(),
        unread_dashboards: unread.collect(),
    })
}

/// The path of the page that is linked for a service, for those without a page at their root.
fn page(service: &str) -> &'static str {
    match service {
        "echo_server" | "order_metrics" => "/metrics",
        "sink" => "/envoy/metrics",
        "balancer_rest" => "/servers",
        "influxdb" => "/query?db=metric&q=SHOW+MEASUREMENTS",
        // Debian's build has no other pages.
        "prometheus" => "/api/v1/targets",
        _ => "",
    }
}

async fn grafana(config: &Config, clients: &Clients) -> Option<String> {
    let url = config.links.address("grafana")?;
    let version = timeout(GRAFANA_TIMEOUT, clients.grafana.version()).await;
    version.is_ok_and(|version| version.is_ok()).then(|| url.to_owned())
}
