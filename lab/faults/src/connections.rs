//! Holds as many connections through the balancer as its limit allows.

use std::time::Duration;

use clients::{Clients, balancer::HELLO, fetch::FetchError, poll::until};
use tokio::{io::AsyncReadExt, net::TcpStream, task::JoinSet};

/// Maximum limit of the balancer that is filled. The lab's limit is 256.
const MAX_CONNECTIONS: u32 = 1024;
/// Timeout for the balancer to report that the limit is reached.
const FILL_TIMEOUT: Duration = Duration::from_secs(10);
/// Delay before a closed connection is reopened.
const RECONNECT_DELAY: Duration = Duration::from_millis(500);

/// Why the balancer's limit was not reached.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionsError {
    /// The balancer's metrics are unavailable.
    #[error(transparent)]
    Metrics(#[from] FetchError),
    /// There is no limit, or it is too high.
    #[error("cannot fill the balancer: its limit of {0} connections is not within 1 to {MAX_CONNECTIONS}")]
    Limit(f64),
    /// The timeout has passed.
    #[error("the balancer has {active} of {limit} connections open")]
    NotFull {
        /// Open connections.
        active: f64,
        /// Allowed connections.
        limit: f64,
    },
}

/// Opens as many connections as the balancer allows; reopens those that are closed. Dropping the set closes all.
pub(crate) async fn open(clients: &Clients) -> Result<JoinSet<()>, ConnectionsError> {
    let (limit, _) = usage(clients).await?;
    if !(1.0..=f64::from(MAX_CONNECTIONS)).contains(&limit) {
        return Err(ConnectionsError::Limit(limit));
    }
    let mut connections = JoinSet::new();
    for _ in 0..limit as u32 {
        connections.spawn(keep_open(clients.settings.balancer.clone()));
    }
    until(FILL_TIMEOUT, || async {
        let (limit, active) = usage(clients).await?;
        if active >= limit { Ok(()) } else { Err(ConnectionsError::NotFull { active, limit }) }
    })
    .await?;
    Ok(connections)
}

async fn keep_open(address: String) {
    loop {
        if let Ok(mut connection) = TcpStream::connect(&address).await {
            // The backend sends nothing without a request: the read returns when the connection is closed.
            while connection.read(&mut [0; 512]).await.is_ok_and(|read| read > 0) {}
        }
        tokio::time::sleep(RECONNECT_DELAY).await;
    }
}

/// The limit, and the number of open connections.
async fn usage(clients: &Clients) -> Result<(f64, f64), FetchError> {
    let page = clients.balancer.metrics().await?;
    let gauge = |name| page.value(name, &[("server", HELLO)]).unwrap_or(0.0);
    Ok((gauge("gobetween_server_max_connections"), gauge("gobetween_server_active_connections")))
}
