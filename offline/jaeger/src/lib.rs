//! A stand-in for Jaeger, for machines that cannot pull its image.
//!
//! Spans come by OTLP over gRPC into a bounded ring in memory; out of it come the answers of Jaeger's
//! query API that a lab and Grafana's Jaeger data source read, in Jaeger's own JSON, and pages
//! for people at the addresses that Jaeger's have.

mod answer;
mod api;
mod model;
pub mod otlp;
mod page;
mod search;
mod tags;

use std::time::Duration;

use crate::otlp::{Limits, Store};
use kit::shutdown::CancellationToken;
use tokio::net::TcpListener;
use tonic::service::Routes;

const GRACE: Duration = Duration::from_secs(2);

/// Serves OTLP on one listener and queries on the other, until told to stop.
pub async fn run(otlp: TcpListener, query: TcpListener, limits: Limits, shutdown: CancellationToken) {
    let store = Store::new(limits);
    let receiver = Routes::new(store.server()).into_axum_router();
    let pages = api::routes().merge(page::routes()).with_state(store);
    tokio::join!(
        kit::server::serve(otlp, receiver, shutdown.clone(), GRACE),
        kit::server::serve(query, pages, shutdown, GRACE),
    );
}
