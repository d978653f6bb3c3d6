//! As many open connections through the balancer as it allows.

use std::time::Duration;

use tokio::{io::AsyncReadExt, net::TcpStream, task::JoinSet};

use crate::{Parts, balancer::HELLO, clock::until, fetch::FetchError};

/// A limit above this is not filled: the lab's own is 256.
const MOST: u32 = 1024;
/// How long the balancer may take to be full.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two attempts of one connection that was closed.
const PAUSE: Duration = Duration::from_millis(500);

/// Why the balancer is not full.
#[derive(Debug, thiserror::Error)]
pub enum NotFull {
    /// Its metrics cannot be read.
    #[error(transparent)]
    Metrics(#[from] FetchError),
    /// It allows any number, or too many.
    #[error("the balancer's limit is {0} connections, which is none to fill")]
    Limit(f64),
    /// Some were not taken.
    #[error("the balancer holds {active} connections of {limit}")]
    Room {
        /// Open ones.
        active: f64,
        /// Allowed ones.
        limit: f64,
    },
}

/// Opens as many as it allows, and again those that are closed, until the set is dropped.
pub(super) async fn hold(parts: &Parts) -> Result<JoinSet<()>, NotFull> {
    let (limit, _) = room(parts).await?;
    if !(1.0..=f64::from(MOST)).contains(&limit) {
        return Err(NotFull::Limit(limit));
    }
    let mut held = JoinSet::new();
    for _ in 0..limit as u32 {
        held.spawn(hold_one(parts.settings.balancer.clone()));
    }
    until(PATIENCE, || async {
        let (limit, active) = room(parts).await?;
        if active >= limit { Ok(()) } else { Err(NotFull::Room { active, limit }) }
    })
    .await?;
    Ok(held)
}

async fn hold_one(address: String) {
    loop {
        if let Ok(mut connection) = TcpStream::connect(&address).await {
            // The back end says nothing before it is asked; an answer of 0 bytes is the end.
            while connection.read(&mut [0; 512]).await.is_ok_and(|read| read > 0) {}
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn room(parts: &Parts) -> Result<(f64, f64), FetchError> {
    let page = parts.balancer.metrics().await?;
    let of = |name| page.value(name, &[("server", HELLO)]).unwrap_or(0.0);
    Ok((of("gobetween_server_max_connections"), of("gobetween_server_active_connections")))
}
