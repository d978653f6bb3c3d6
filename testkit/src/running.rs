//! A service that runs inside the test process, on a free port.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A running service. Dropping it cancels its shutdown token.
#[derive(Debug)]
pub struct Running<T> {
    addr: SocketAddr,
    shutdown: DropGuard,
    task: JoinHandle<T>,
}

/// A listener on a free port of 127.0.0.1.
///
/// # Panics
/// If no port is free.
pub async fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port on 127.0.0.1")
}

/// A port of 127.0.0.1 that was free a moment ago, for a program that cannot choose one.
///
/// # Panics
/// If no port is free.
#[must_use]
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on 127.0.0.1");
    listener.local_addr().expect("bound").port()
}

/// Runs a service on a free port: `start(|listener, shutdown| run(listener, settings, shutdown))`.
pub async fn start<F, R>(run: F) -> Running<R::Output>
where
    F: FnOnce(TcpListener, CancellationToken) -> R,
    R: Future<Output: Send> + Send + 'static,
{
    Running::on(listener().await, run)
}

// === impl Running ===

impl<T: Send + 'static> Running<T> {
    /// As [`start`], on a given listener, for example on the port of an earlier service.
    ///
    /// # Panics
    /// If the listener has no local address.
    pub fn on<F, R>(listener: TcpListener, run: F) -> Self
    where
        F: FnOnce(TcpListener, CancellationToken) -> R,
        R: Future<Output = T> + Send + 'static,
    {
        let addr = listener.local_addr().expect("a bound listener has an address");
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(run(listener, shutdown.clone()));
        Self { addr, shutdown: shutdown.drop_guard(), task }
    }

    /// The service's address.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://127.0.0.1:PORT` followed by `path`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Cancels the shutdown token, waits until the service ends, and returns its result.
    ///
    /// # Panics
    /// If the service panicked.
    pub async fn stop(self) -> T {
        drop(self.shutdown);
        self.task.await.expect("the service did not panic")
    }
}
