//! A layer-4 load balancer after gobetween that counts each backend's bytes exactly.
//!
//! A [`server`] accepts clients, selects a backend from its [`pool`] by an algorithm of [`balance`], and forwards bytes
//! in both directions in one task (`relay`). Discovery and health checks keep the pool up to date. Bytes are counted in
//! [`traffic`] when a socket has accepted them; REST and `/metrics` read those counts.

pub mod backend;
pub mod balance;
mod balancer;
pub mod config;
mod discovery;
mod file_descriptors;
mod health;
mod keepalive;
mod metrics;
pub mod pool;
pub mod proxy_protocol;
mod relay;
mod rest;
pub mod server;
mod settings;
mod shortage;
pub mod traffic;

use std::time::Duration;

use kit::server::{Edge, HttpSettings};
use kit::shutdown::CancellationToken;
use prometheus::Registry;
use tokio::net::TcpListener;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_stream::{Stream, StreamExt};

pub use balancer::{Balancer, ChangeError, ReloadCounts};
pub use file_descriptors::raise_limit;
pub use settings::Settings;

/// How long REST requests may take to finish after the last connection has closed.
const REST_SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);

/// The server of REST and `/metrics`.
pub struct Rest {
    /// Its listener.
    pub listener: TcpListener,
    /// The bearer token of requests that change servers; without it, REST is read-only.
    pub token: Option<String>,
    /// Its timeouts and allowed hosts.
    pub http: HttpSettings,
}

/// Serves REST and `/metrics` on `rest` until `shutdown` is cancelled and the balancer's connections have drained, which
/// takes at most `grace`.
///
/// The configuration is reloaded at each item of `reload_signals`. The balancer's metrics are added to `registry`, which
/// `/metrics` shows.
///
/// # Errors
///
/// If `registry` already has the balancer's metrics. After that check, it does not fail.
pub async fn run(
    rest: Rest,
    balancer: Balancer,
    registry: Registry,
    reload_signals: impl Stream<Item = ()> + Unpin,
    grace: Duration,
    shutdown: CancellationToken,
) -> Result<(), prometheus::Error> {
    registry.register(Box::new(metrics::Metrics::new(balancer.clone())?))?;
    let limits = Edge::register(&registry, &rest.http)?.limits(REST_SHUTDOWN_TIMEOUT);
    let router = rest::router(balancer.clone(), rest.token.as_deref(), registry);
    // REST and `/metrics` stay available until the last connection has closed.
    let drained = CancellationToken::new();
    let balancing = async {
        shutdown.run_until_cancelled(reload_on(&balancer, reload_signals)).await;
        shutdown.cancelled().await;
        balancer.drain(grace).await;
        drained.cancel();
    };
    tokio::join!(
        kit::server::serve(rest.listener, router, drained.clone(), limits),
        drained.run_until_cancelled(compute_rates(&balancer)),
        balancing,
    );
    Ok(())
}

async fn reload_on(balancer: &Balancer, mut signals: impl Stream<Item = ()> + Unpin) {
    while signals.next().await.is_some() {
        match balancer.reload().await {
            Ok(()) => tracing::info!("configuration reloaded"),
            Err(error) => {
                let error = format!("{:#}", anyhow::Error::from(error));
                tracing::error!(error, "reload failed, the previous configuration stays in effect");
            }
        }
    }
}

async fn compute_rates(balancer: &Balancer) {
    let mut last = Instant::now();
    let mut ticks = interval_at(last + traffic::RATE_WINDOW, traffic::RATE_WINDOW);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let now = ticks.tick().await;
        balancer.end_window(now - last);
        last = now;
    }
}
