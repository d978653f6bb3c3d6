//! Receives Envoy's metrics over gRPC and shows them to Prometheus, as Envoy's own page would.
//!
//! A stream's messages are reassembled ([`frames`]), checked and walked where they lie ([`wire`]), and given to the
//! outputs ([`output`]), of which one is the store ([`store`]): per Envoy, families merged by name and type, from
//! which `/envoy/metrics` is made. What is over a limit or wrong is refused, counted, and logged once ([`refusal`]).

mod config;
mod excerpt;
mod frames;
mod http;
mod lines;
pub mod output;
mod own;
pub mod refusal;
mod service;
pub mod store;
pub mod wire;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use kit::health::GrpcHealth;
use kit::server::{GrpcAndHttp, serve};
use kit::shutdown::CancellationToken;
use prometheus::Registry;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval};
use tonic::service::Routes;

use crate::frames::Buffers;
use crate::output::Outputs;
use crate::own::OwnMetrics;
use crate::refusal::Refusals;
use crate::service::Shared;
use crate::store::Nodes;

pub use config::Config;
pub use lines::{Dropped, Lines};

/// Why the sink could not start.
#[derive(Debug, Error)]
pub enum Error {
    /// The registry has a metric of the sink's already.
    #[error("metrics registry")]
    Registry(#[from] prometheus::Error),
}

/// Where the sink listens.
#[derive(Debug)]
pub struct Listeners {
    /// Envoy's metrics service.
    pub grpc: TcpListener,
    /// `/envoy/metrics`, `/metrics`, `/healthz`.
    pub http: TcpListener,
}

/// Serves until `shutdown` is cancelled, then ends the streams and drains within the grace period. The registry gets
/// the sink's own metrics, and is what `/metrics` shows.
///
/// # Errors
///
/// If it cannot start. It never fails later.
pub async fn run(
    listeners: Listeners,
    config: Config,
    registry: Registry,
    shutdown: CancellationToken,
) -> Result<(), Error> {
    let refusals = Arc::new(Refusals::register(&registry)?);
    let nodes = Arc::new(Nodes::new(config.limits(), config.counters, Arc::clone(&refusals)));
    let shared = Arc::new(Shared {
        own: OwnMetrics::register(&registry, Arc::clone(&nodes))?,
        outputs: Outputs::start(&config.outputs, &refusals, io::stdout),
        nodes: Arc::clone(&nodes),
        refusals: Arc::clone(&refusals),
        buffers: Arc::new(Buffers::new(config.max_buffered)),
        max_message: config.max_message,
        streams: Semaphore::new(config.max_streams),
        shutdown: shutdown.clone(),
    });
    let (health, health_service) = GrpcHealth::new(&service::NAMES).await;
    let grpc = GrpcAndHttp {
        grpc: Routes::new(health_service)
            .into_axum_router()
            .reset_fallback()
            .merge(service::router(Arc::clone(&shared))),
        http: axum::Router::new().fallback(move || async move { service::not_grpc(&refusals) }),
    };
    let http = http::router(registry, Arc::clone(&shared));
    let stopping = health.stop_on(shutdown.clone());
    let grace = config.shutdown_grace;
    tokio::join!(
        serve(listeners.grpc, grpc, shutdown.clone(), grace),
        serve(listeners.http, http, shutdown.clone(), grace),
        forget_old(&nodes, config.stale_after, shutdown),
        stopping,
    );
    shared.outputs.finish(LAST_LINES);
    Ok(())
}

/// The end of the program waits no longer for a reader of the console.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Looks for what is too old ten times as often as it can become so, but at most once a second.
async fn forget_old(nodes: &Nodes, stale_after: Duration, shutdown: CancellationToken) {
    let mut interval = interval((stale_after / 10).clamp(Duration::from_millis(10), Duration::from_secs(1)));
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = interval.tick() => nodes.forget_old(),
        }
    }
}
