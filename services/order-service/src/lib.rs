//! Takes orders over gRPC, keeps them in SQLite, and moves each from placed to paid to shipped.
//!
//! Three ports: gRPC with its health and reflection; `/metrics` and `/healthz`; and, only if it is set,
//! the admin route for faults.

mod admin;
mod config;
mod faults;
mod metrics;
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

use kit::health::GrpcHealth;
use kit::server::serve;
use kit::shutdown::CancellationToken;
use lookout_proto::order::order_server::SERVICE_NAME;
use prometheus::Registry;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::{JoinError, spawn_blocking};

use crate::faults::Faults;
use crate::metrics::Metrics;
use crate::store::{Settings, Store};

/// The service, as go-micro names it.
const PACKAGE: &str = "go.micro.srv.order";

/// Why the service could not start.
#[derive(Debug, Error)]
pub enum Error {
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The metrics of calls do not fit the descriptors.
    #[error("gRPC metrics")]
    MicroMetrics(#[from] grpc_telemetry::go_micro::BuildError),
    /// The registry has a metric of this service's already.
    #[error("metrics registry")]
    Registry(#[from] prometheus::Error),
    /// The descriptors cannot be served.
    #[error("gRPC reflection")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// A panic where the database is opened or closed.
    #[error("the database's thread")]
    Thread(#[from] JoinError),
}

/// Where the service listens.
#[derive(Debug)]
pub struct Listeners {
    /// Orders, gRPC health and reflection.
    pub grpc: TcpListener,
    /// `/metrics` and `/healthz`.
    pub metrics: TcpListener,
    /// `/faults`.
    pub admin: Option<TcpListener>,
}

/// A registry that says of each metric which service it is of, and which instance, as go-micro's wrapper does.
///
/// # Errors
///
/// If the labels cannot be.
pub fn registry(config: &Config) -> prometheus::Result<Registry> {
    grpc_telemetry::go_micro::registry(PACKAGE, &config.micro_id, env!("CARGO_PKG_VERSION"))
}

/// Serves until `shutdown` is cancelled, then ends the watchers' streams, drains within the grace period, and closes
/// the database. The registry gets the service's metrics, and is what `/metrics` shows.
///
/// # Errors
///
/// If it cannot start.
pub async fn run(
    listeners: Listeners,
    config: Config,
    registry: Registry,
    shutdown: CancellationToken,
) -> Result<(), Error> {
    let faults = Arc::new(Faults::default());
    let (store, threads) = open(&config, Metrics::register(&registry)?, Arc::clone(&faults)).await?;
    let (health, health_service) = GrpcHealth::new(&[SERVICE_NAME]).await;
    let grpc = routes::grpc(store.clone(), health_service, &registry, shutdown.clone())?;
    let metrics = kit::endpoints::metrics_and_health(registry).fallback(kit::problem::not_found);
    let grace = config.shutdown_grace;
    let admin = async {
        if let Some(listener) = listeners.admin {
            let routes = admin::routes(Arc::clone(&faults));
            serve(listener, routes, shutdown.clone(), grace).await;
        }
    };
    tokio::join!(
        serve(listeners.grpc, grpc, shutdown.clone(), grace),
        serve(listeners.metrics, metrics, shutdown.clone(), grace),
        admin,
        health.stop_on(shutdown.clone()),
        shutdown.run_until_cancelled(worker::run(store, config.paid_after)),
    );
    // Nobody asks any more. What is left in a queue need not be slow.
    faults.change(|broken| *broken = faults::Broken::default());
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
