//! Receives Envoy's metrics over gRPC and serves them to Prometheus, in the same form as Envoy's own page.
//!
//! `frames` reassembles a message, [`wire`] checks it and reads it in place, and [`outputs`] passes it to the [`store`]
//! and the console. The store keeps the series of each Envoy, from which `/envoy/metrics` is rendered.
//! Invalid data and data beyond a limit is refused, counted, and logged once per reason ([`refusal`]).

#[doc(hidden)]
pub mod frames;
mod grpc;
mod http;
pub mod outputs;
pub mod refusal;
mod security;
mod self_metrics;
mod settings;
#[doc(hidden)]
pub mod state;
pub mod store;
pub mod wire;

use std::sync::Arc;
use std::time::Duration;

use kit::health::GrpcHealth;
use kit::security::SecurityError;
use kit::server::{Edge, Grpc, GrpcTransport, serve};
use kit::shutdown::CancellationToken;
use prometheus::Registry;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval};
use tonic::service::Routes;
use tower::ServiceExt;

use crate::frames::Buffers;
use crate::grpc::MetricsService;
use crate::outputs::Outputs;
use crate::refusal::Refusals;
use crate::security::Security;
use crate::self_metrics::SelfMetrics;
use crate::state::State;
use crate::store::Store;

pub use security::SecuritySettings;
pub use settings::{Contradiction, Settings};

/// Why the sink cannot start.
#[derive(Debug, Error)]
pub enum Error {
    /// The registry already has a metric of the sink.
    #[error("could not register the sink's metrics")]
    Registry(#[from] prometheus::Error),
    /// The files for TLS or authentication are unusable.
    #[error("could not set up TLS and authentication")]
    Security(#[from] SecurityError),
    /// A certificate without a key, or the other way round, or client CAs without both.
    #[error("--grpc-tls-cert and --grpc-tls-key need each other, and --grpc-tls-client-ca needs both")]
    IncompleteTls,
}

/// The sink's listeners.
#[derive(Debug)]
pub struct Listeners {
    /// Envoy's metrics service, and gRPC health.
    pub grpc: TcpListener,
    /// `/envoy/metrics`, `/metrics` and `/healthz`.
    pub http: TcpListener,
}

/// Serves until `shutdown` is cancelled, then ends the streams and drains within the grace period. Registers the sink's
/// metrics in `registry`, which `/metrics` serves.
///
/// # Errors
///
/// If the sink cannot start. It does not fail later.
pub async fn run(
    listeners: Listeners,
    settings: Settings,
    registry: Registry,
    shutdown: CancellationToken,
) -> Result<(), Error> {
    let security = Security::load(&settings.security, &registry)?;
    let refusals = Arc::new(Refusals::register(&registry)?);
    let store = Arc::new(Store::new(settings.limits(), settings.counters, Arc::clone(&refusals)));
    let state = match settings.state_file() {
        Some(path) => Some(State::load(path, Arc::clone(&store), &registry).await?),
        None => None,
    };
    let service = Arc::new(MetricsService {
        metrics: SelfMetrics::register(&registry, Arc::clone(&store))?,
        outputs: Outputs::start(&settings.outputs, &refusals),
        store: Arc::clone(&store),
        refusals: Arc::clone(&refusals),
        buffers: Arc::new(Buffers::new(settings.max_buffered)),
        max_message: settings.max_message,
        stream_permits: Semaphore::new(settings.max_streams),
        shutdown: shutdown.clone(),
    });
    let (health, health_service) = GrpcHealth::new(&grpc::SERVICE_NAMES);
    let router = Routes::new(health_service)
        .into_axum_router()
        .reset_fallback()
        .merge(security.protect_grpc(grpc::router(Arc::clone(&service))));
    let transport = GrpcTransport::register(&registry, settings.grpc)?;
    let limits = Edge::register(&registry, &settings.http)?.limits(settings.shutdown_grace);
    let grpc_limits = transport.limits(limits.clone());
    let grpc = Grpc::new(transport, router)
        .map_response(move |response| grpc::report_refused_request(&refusals, response));
    let served_store = service.outputs.has_prometheus().then(|| Arc::clone(&store));
    let http = security.protect_http(http::router(registry, served_store));
    let health = health.stop_on(shutdown.clone());
    tokio::join!(
        serve(security.grpc_listener(listeners.grpc), grpc, shutdown.clone(), grpc_limits),
        serve(security.http_listener(listeners.http), http, shutdown.clone(), limits),
        remove_stale(&store, settings.stale_after, shutdown.clone()),
        security.keep(&shutdown),
        async {
            if let Some(state) = &state {
                state.keep(shutdown.clone()).await;
            }
        },
        health,
    );
    if let Some(state) = &state {
        // All streams have ended, so nothing is missing.
        state.write().await;
    }
    Ok(())
}

/// Removes stale data ten times per `stale_after`, but at most once a second.
async fn remove_stale(store: &Store, stale_after: Duration, shutdown: CancellationToken) {
    let mut interval = interval((stale_after / 10).clamp(Duration::from_millis(10), Duration::from_secs(1)));
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = interval.tick() => store.remove_stale(),
        }
    }
}
