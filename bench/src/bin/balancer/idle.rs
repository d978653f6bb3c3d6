//! Memory of connections that do nothing.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::time::{sleep, timeout};

use crate::client;
use crate::process::Process;

/// For all connections to be open.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

/// Bytes of the proxy's memory for each connection.
pub(crate) struct Held {
    /// That has said nothing yet.
    pub(crate) silent: f64,
    /// That has made a round trip.
    pub(crate) used: f64,
}

/// Holds so many connections through the proxy.
pub(crate) async fn hold(proxy: &Process, origin: &Process, connections: usize) -> anyhow::Result<Held> {
    let before = proxy.memory()?;
    let others = client::held(origin.address).await?;
    let each = |bytes: u64| bytes.saturating_sub(before) as f64 / connections as f64;
    timeout(PATIENCE, async {
        let mut open = Vec::with_capacity(connections);
        for _ in 0..connections {
            open.push(client::connect(proxy.address).await?);
        }
        let begun = Instant::now();
        while client::held(origin.address).await? < others + connections as u64 {
            ensure!(begun.elapsed() < PATIENCE, "the far end sees fewer than {connections} connections");
            sleep(PAUSE).await;
        }
        let silent = each(proxy.memory()?);
        for connection in &mut open {
            client::exchange(connection).await?;
        }
        Ok(Held { silent, used: each(proxy.memory()?) })
    })
    .await
    .context("idle connections")?
}
