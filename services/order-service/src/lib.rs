//! Accepts orders over gRPC, stores them in SQLite, and moves each from placed to paid to shipped.
//!
//! It has three ports: gRPC with health and reflection; `/metrics` and `/healthz`; and, if it is set, the admin routes for
//! faults.

mod admin;
mod config;
mod faults;
mod metrics;
mod operation;
mod order;
mod page;
mod routes;
mod service;
mod store;
mod validate;
mod watch;
mod worker;

pub use config::Config;
pub use store::OpenError;

use std::sync::Arc;

use kit::exposition::MetricsPage;
use kit::health::GrpcHealth;
use kit::server::{Edge, Grpc, GrpcTransport, serve};
use kit::shutdown::CancellationToken;
use lookout_proto::order::order_server::SERVICE_NAME;
use prometheus::Registry;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::{JoinError, spawn_blocking};

use crate::faults::Faults;
use crate::metrics::Metrics;
use crate::store::{Settings, Store};

/// The service's name in go-micro's metrics.
const PACKAGE: &str = "go.micro.srv.order";

/// Why the service could not start.
#[derive(Debug, Error)]
pub enum Error {
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The metrics of calls cannot be built from the descriptors.
    #[error("gRPC metrics")]
    MicroMetrics(#[from] grpc_telemetry::go_micro::BuildError),
    /// The registry already has a metric of this service.
    #[error("metrics registry")]
    Registry(#[from] prometheus::Error),
    /// The descriptors cannot be served.
    #[error("gRPC reflection")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// Opening or closing the database panicked.
    #[error("the database's thread")]
    Thread(#[from] JoinError),
}

/// The service's listeners.
#[derive(Debug)]
pub struct Listeners {
    /// Orders, gRPC health and reflection.
    pub grpc: TcpListener,
    /// `/metrics` and `/healthz`.
    pub metrics: TcpListener,
    /// `/faults`.
    pub admin: Option<TcpListener>,
}

/// A registry that labels every metric with the service and the instance, as go-micro's wrapper does.
///
/// # Errors
///
/// If the labels are invalid.
pub fn registry(config: &Config) -> prometheus::Result<Registry> {
    grpc_telemetry::go_micro::registry(PACKAGE, &config.micro_id, env!("CARGO_PKG_VERSION"))
}

/// Serves until `shutdown` is cancelled, then ends the watchers' streams, drains within the grace period, and closes the
/// database. `/metrics` shows `registry`, which receives the service's metrics.
///
/// # Errors
///
/// If the service cannot start.
pub async fn run(
    listeners: Listeners,
    config: Config,
    registry: Registry,
    shutdown: CancellationToken,
) -> Result<(), Error> {
    let faults = Arc::new(Faults::default());
    let (store, threads) = open(&config, Metrics::register(&registry)?, Arc::clone(&faults)).await?;
    let (health, health_service) = GrpcHealth::new(&[SERVICE_NAME]);
    let transport =
        GrpcTransport::register(&registry, config.grpc)?.max_message_bytes(routes::MAX_REQUEST_SIZE);
    let limits = Edge::register(&registry, &config.http)?.limits(config.shutdown_grace);
    let grpc_limits = transport.limits(limits.clone());
    let (grpc, calls) = routes::grpc(store.clone(), health_service, &registry, shutdown.clone())?;
    let grpc = Grpc::new(transport, grpc);
    let page =
        MetricsPage::from(registry).with_exemplars(move |family, labels| calls.exemplars(family, labels));
    let metrics = kit::endpoints::metrics_and_health(page).fallback(kit::problem::not_found);
    let admin = async {
        if let Some(listener) = listeners.admin {
            let routes = admin::routes(Arc::clone(&faults));
            serve(listener, routes, shutdown.clone(), limits.clone()).await;
        }
    };
    tokio::join!(
        serve(listeners.grpc, grpc, shutdown.clone(), grpc_limits),
        serve(listeners.metrics, metrics, shutdown.clone(), limits.clone()),
        admin,
        health.stop_on(shutdown.clone()),
        shutdown.run_until_cancelled(worker::run(store, config.paid_after)),
    );
    // All calls have ended: drain the queues without an injected delay.
    faults.change(|active| *active = faults::Active::default());
    spawn_blocking(|| threads.join()).await?;
    Ok(())
}

async fn open(
    config: &Config,
    metrics: Metrics,
    faults: Arc<Faults>,
) -> Result<(Store, store::Threads), Error> {
    let path = config.database.clone();
    let settings = Settings {
        retain: config.retain_orders,
        paid_after: config.paid_after,
        shipped_after: config.shipped_after,
    };
    Ok(spawn_blocking(move || Store::open(&path, settings, metrics, &faults)).await??)
}
