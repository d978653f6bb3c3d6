//! Grafana's dashboards, and the data of their panels.
//!
//! Only what the provisioned files ask is ever asked: a browser names a dashboard, panels, a time range and values of
//! variables, all of which are checked and bounded.

mod annotations;
mod board;
mod choice;
mod data;
mod flights;
mod library;
mod limits;
mod links;
mod panel;
mod sources;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use clients::Clients;
use clients::settings::Settings;
use http::StatusCode;
use kit::problem::Problem;
use parking_lot::RwLock;
use tokio::time::{MissedTickBehavior, interval};

use self::library::{Board, Library};
use self::sources::Sources;
use crate::config::Config;
use crate::metrics::Metrics;
use crate::state::Shared;

/// How often the files are looked at.
const RENEWAL: Duration = Duration::from_secs(2);

/// The dashboards that are there, and the way to their data.
#[derive(Debug)]
pub(crate) struct Dashboards {
    library: RwLock<Library>,
    sources: Sources,
}

impl Dashboards {
    pub(crate) fn new(parts: &Clients, config: &Config, metrics: Metrics) -> Self {
        let library = renewed(&Library::default(), &parts.settings);
        if library.boards().next().is_none() {
            tracing::warn!(folder = %parts.settings.dashboards.display(), "no dashboards");
        }
        Self {
            library: RwLock::new(library),
            sources: Sources::new(parts, config.console_query_timeout, metrics),
        }
    }

    /// As the files are now.
    pub(crate) fn library(&self) -> Library {
        self.library.read().clone()
    }

    fn board(&self, uid: &str) -> Result<Arc<Board>, Problem> {
        let board = self.library.read().board(uid).cloned();
        board.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, format!("there is no dashboard {uid:?}")))
    }

    fn sources(&self) -> &Sources {
        &self.sources
    }
}

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/dashboards/{uid}", get(board::open))
        .route("/api/dashboards/{uid}/data", post(data::data))
}

/// Reads the files again when they change, until shutdown.
pub(crate) async fn run(console: Shared) {
    let mut interval = interval(RENEWAL);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while console.shutdown.run_until_cancelled(interval.tick()).await.is_some() {
        let (before, settings) = (console.dashboards.library(), console.config.settings.clone());
        let read = tokio::task::spawn_blocking(move || renewed(&before, &settings));
        if let Ok(library) = read.await {
            *console.dashboards.library.write() = library;
        }
    }
}

fn renewed(library: &Library, settings: &Settings) -> Library {
    library.renewed(&settings.dashboards, &settings.tutorial.dashboard_folders())
}
