//! A stand-in for Jaeger on machines that cannot pull its image.
//!
//! It receives spans by OTLP over gRPC and keeps the newest in memory. It serves the part of Jaeger's query API that
//! the lab and Grafana's data source use, and plain HTML pages at the paths of Jaeger's own.

mod api;
mod model;
pub mod otlp;
mod page;
mod search;
mod tags;

use std::time::Duration;

use kit::shutdown::CancellationToken;
use tokio::net::TcpListener;
use tonic::service::Routes;

use crate::otlp::{Limits, Store};

const GRACE: Duration = Duration::from_secs(2);

/// Serves OTLP on one listener and the query API on the other until `shutdown` is cancelled.
pub async fn run(otlp: TcpListener, query: TcpListener, limits: Limits, shutdown: CancellationToken) {
    let store = Store::new(limits);
    let receiver = Routes::new(store.server()).into_axum_router();
    let pages = api::routes().merge(page::routes()).with_state(store);
    tokio::join!(
        kit::server::serve(otlp, receiver, shutdown.clone(), GRACE),
        kit::server::serve(query, pages, shutdown, GRACE),
    );
}
