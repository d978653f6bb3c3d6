//! A layer-4 balancer after gobetween that accounts the bytes of each back end exactly.
//!
//! Clients are accepted ([`server`]) and given a back end ([`pool`], [`balance`]) from those that are discovered
//! (`discovery`) and healthy (`health`); bytes go both ways in one task (`relay`) and are counted when a socket has
//! taken them ([`traffic`]). REST and `/metrics` read those counts.

pub mod backend;
pub mod balance;
mod balancer;
pub mod config;
mod connection;
mod discovery;
mod file_descriptors;
mod health;
mod metrics;
pub mod pool;
mod proxy_protocol;
mod relay;
mod rest;
pub mod server;
mod settings;
pub mod traffic;

use std::time::Duration;

use kit::shutdown::CancellationToken;
use prometheus::Registry;
use tokio::net::TcpListener;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_stream::{Stream, StreamExt};

pub use balancer::{Balancer, ChangeError};
pub use file_descriptors::raise_limit;
pub use settings::{Settings, TokenError};

/// Serves REST and `/metrics` on `rest` until `shutdown` is cancelled and the balancer has drained within `grace`. The
/// file is read again at each of `hangups`; who has the `token` may change servers over REST, without one nobody may. The
/// registry gets the balancer's metrics, and is what `/metrics` shows.
///
/// # Errors
///
/// If the registry has such metrics already. It never fails later.
pub async fn run(
    rest: TcpListener,
    balancer: Balancer,
    token: Option<&str>,
    registry: Registry,
    hangups: impl Stream<Item = ()> + Unpin,
    grace: Duration,
    shutdown: CancellationToken,
) -> Result<(), prometheus::Error> {
    registry.register(Box::new(metrics::Metrics::new(balancer.clone())?))?;
    let router = rest::router(balancer.clone(), token, registry);
    // Until the last connection has ended, its counts can be read.
    let over = CancellationToken::new();
    let balancing = async {
        shutdown.run_until_cancelled(reload(&balancer, hangups)).await;
        shutdown.cancelled().await;
        balancer.drain(grace).await;
        over.cancel();
    };
    tokio::join!(
        kit::server::serve(rest, router, over.clone(), LAST_READERS),
        over.run_until_cancelled(tick(&balancer)),
        balancing,
    );
    Ok(())
}

/// So long may the last readers of REST take.
const LAST_READERS: Duration = Duration::from_secs(1);

async fn reload(balancer: &Balancer, mut hangups: impl Stream<Item = ()> + Unpin) {
    while hangups.next().await.is_some() {
        match balancer.reload().await {
            Ok(()) => tracing::info!("configuration read again"),
            Err(error) => {
                let error = format!("{:#}", anyhow::Error::from(error));
                tracing::error!(error, "configuration is as before");
            }
        }
    }
}

async fn tick(balancer: &Balancer) {
    let mut last = Instant::now();
    let mut ticks = interval_at(last + traffic::WINDOW, traffic::WINDOW);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let now = ticks.tick().await;
        balancer.end_window(now - last);
        last = now;
    }
}
