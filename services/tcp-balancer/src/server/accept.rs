//! Accepting clients.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use kit::shutdown::{CancellationToken, TaskTracker};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use super::Server;
use crate::connection;
use crate::traffic::Active;

/// How often the memory of ended connections is freed where no new ones come.
const SWEEP: Duration = Duration::from_secs(1);
/// When accepting fails for want of something (file descriptors, memory), it is tried again after this time.
const PAUSE: Duration = Duration::from_millis(50);

/// What ends a listener.
pub(super) struct Ends {
    pub(super) stop: CancellationToken,
    pub(super) cut: CancellationToken,
}

/// Accepts until it is told to stop; then waits for the connections that it has accepted, until they are cut.
/// It begins once discovery has said something: before that, nobody could be served.
pub(super) async fn accept(
    listener: TcpListener,
    server: Arc<Server>,
    tracker: TaskTracker,
    found: CancellationToken,
    Ends { stop, cut }: Ends,
) {
    let mut connections = JoinSet::new();
    let mut stopped = pin!(stop.cancelled());
    let mut sweep = interval(SWEEP);
    tokio::select! {
        () = found.cancelled() => {}
        () = stopped.as_mut() => return,
    }
    loop {
        tokio::select! {
            biased;
            () = stopped.as_mut() => break,
            (client, peer) = next(&listener, &server.name) => {
                admit(&server, client, peer, &tracker, &mut connections);
            }
            _ = sweep.tick() => {}
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    tokio::select! {
        biased;
        () = cut.cancelled() => {}
        () = async { while connections.join_next().await.is_some() {} } => {}
    }
    connections.shutdown().await;
}

fn admit(
    server: &Arc<Server>,
    client: TcpStream,
    peer: SocketAddr,
    tracker: &TaskTracker,
    connections: &mut JoinSet<()>,
) {
    let config = server.config();
    let most = u64::from(config.max_connections());
    if most > 0 && server.traffic.active() >= most {
        server.traffic.count_refused();
        return;
    }
    server.traffic.count_connection();
    let active = Active::new(&server.traffic);
    let serving = connection::serve(Arc::clone(server), config, client, peer, active);
    connections.spawn(tracker.track_future(serving));
}

async fn next(listener: &TcpListener, server: &str) -> (TcpStream, SocketAddr) {
    let mut failed = false;
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                if !failed {
                    tracing::error!(server, %error, "cannot accept connections, trying again");
                }
                failed = true;
                sleep(PAUSE).await;
            }
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}
