//! Memory of connections that do nothing.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use tokio::time::{sleep, timeout};

use crate::client;
use crate::process::Proxy;

/// For all connections to be open.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(1);
const BATCH: usize = 100;

/// Bytes of the proxy's memory for each connection.
pub(crate) struct Held {
    /// That has said nothing yet.
    pub(crate) silent: f64,
    /// That has made a round trip.
    pub(crate) used: f64,
}

/// Holds so many connections through the proxy.
pub(crate) async fn hold(proxy: &Proxy, connections: usize) -> anyhow::Result<Held> {
    let Proxy { process, origin } = proxy;
    let held = timeout(PATIENCE, async {
        // The look whether it listens was a connection, too.
        wait(origin.address, |held| held == 0).await?;
        let before = process.memory()?;
        let each = |bytes: u64| bytes.saturating_sub(before) as f64 / connections as f64;
        let mut open = Vec::with_capacity(connections);
        while open.len() < connections {
            // No more at once than a short queue takes: what overflows it would be lost until it says something.
            for _ in 0..BATCH.min(connections - open.len()) {
                open.push(client::connect(process.address).await?);
            }
            wait(origin.address, |held| held >= open.len() as u64).await?;
        }
        let silent = each(process.memory()?);
        for connection in &mut open {
            client::exchange(connection).await?;
        }
        anyhow::Ok(Held { silent, used: each(process.memory()?) })
    })
    .await;
    held.with_context(|| format!("{connections} idle connections took more than {} s", PATIENCE.as_secs()))?
}

/// Waits until so many connections as `enough` says have reached the far end.
async fn wait(origin: SocketAddr, enough: impl Fn(u64) -> bool) -> anyhow::Result<()> {
    while !enough(client::held(origin).await?) {
        sleep(PAUSE).await;
    }
    Ok(())
}
