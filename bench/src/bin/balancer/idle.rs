//! Memory of idle connections.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use tokio::time::{sleep, timeout};

use crate::client;
use crate::process::Proxy;

/// Timeout for opening all connections.
const OPEN_TIMEOUT: Duration = Duration::from_secs(30);
/// Interval between two queries of the origin.
const POLL_INTERVAL: Duration = Duration::from_millis(1);
/// Number of connections opened before waiting until the origin has accepted them. A larger batch could overflow the
/// listen queue, which drops connections.
const BATCH: usize = 100;

/// The proxy's memory per connection, in bytes.
pub(crate) struct MemoryPerConnection {
    /// Before the connection carries any data.
    pub(crate) unused: f64,
    /// After one round trip.
    pub(crate) used: f64,
}

/// Holds `connections` idle connections through the proxy, and measures its memory.
pub(crate) async fn measure(proxy: &Proxy, connections: usize) -> anyhow::Result<MemoryPerConnection> {
    let Proxy { process, origin } = proxy;
    let measured = timeout(OPEN_TIMEOUT, async {
        // The check that the proxy listens has opened a connection, too.
        wait(origin.address, |count| count == 0).await?;
        let before = process.memory()?;
        let each = |bytes: u64| bytes.saturating_sub(before) as f64 / connections as f64;
        let mut open = Vec::with_capacity(connections);
        while open.len() < connections {
            for _ in 0..BATCH.min(connections - open.len()) {
                open.push(client::connect(process.address).await?);
            }
            wait(origin.address, |count| count >= open.len() as u64).await?;
        }
        let unused = each(process.memory()?);
        for connection in &mut open {
            client::exchange(connection).await?;
        }
        anyhow::Ok(MemoryPerConnection { unused, used: each(process.memory()?) })
    })
    .await;
    measured.with_context(|| {
        format!("{connections} idle connections took more than {} s", OPEN_TIMEOUT.as_secs())
    })?
}

/// Waits until the origin's number of open connections satisfies `condition`.
async fn wait(origin: SocketAddr, condition: impl Fn(u64) -> bool) -> anyhow::Result<()> {
    while !condition(client::count_open(origin).await?) {
        sleep(POLL_INTERVAL).await;
    }
    Ok(())
}
