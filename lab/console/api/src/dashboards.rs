//! `/api/dashboards`: Grafana's dashboards, drawn from the provisioned files, and the data of their panels.
//!
//! Data sources receive only the queries of the files. A browser sends a dashboard's uid, panel ids, a time range and values
//! of variables, all of which are validated and bounded.

mod annotations;
mod data;
mod definition;
mod exemplars;
mod library;
mod limits;
mod panel;
mod query_errors;
mod selection;
mod single_flight;
mod source_health;
mod sources;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use kit::shutdown::{CancellationToken, TaskTracker};

pub(crate) use self::library::{Library, Unread, run};
pub(crate) use self::sources::Sources;
use crate::alerts::AlertFeeds;
use crate::config::Config;

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Arc<Config>: FromRef<S>,
    Library: FromRef<S>,
    Sources: FromRef<S>,
    AlertFeeds: FromRef<S>,
    TaskTracker: FromRef<S>,
    CancellationToken: FromRef<S>,
{
    Router::new()
        .route("/api/dashboards/{uid}", get(definition::definition))
        .route("/api/dashboards/{uid}/data", post(data::data))
}

#[cfg(test)]
pub(crate) mod api {
    //! The documents of the API.
    pub(crate) use super::data::DataRequest;
    pub(crate) use super::definition::DashboardView;
    pub(crate) use super::panel::PanelData;
}
