//! A service under test, from a listener on a free port to its end.

use std::fmt::Debug;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A service that runs in this process. Dropped, it is told to stop.
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    shutdown: CancellationToken,
    task: Option<JoinHandle<Result<(), String>>>,
}

/// A listener on a free port of 127.0.0.1.
///
/// # Panics
/// If there is none.
pub async fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port on 127.0.0.1")
}

/// Runs a service on a free port: `start(|listener, shutdown| run(listener, config, shutdown))`.
pub async fn start<F, R, E>(run: F) -> Running
where
    F: FnOnce(TcpListener, CancellationToken) -> R,
    R: Future<Output = Result<(), E>> + Send + 'static,
    E: Debug,
{
    Running::on(listener().await, run)
}

// === impl Running ===

impl Running {
    /// As [`start`], on a listener that the test made, e.g. where a service was before.
    ///
    /// # Panics
    /// If the listener has no address.
    pub fn on<F, R, E>(listener: TcpListener, run: F) -> Self
    where
        F: FnOnce(TcpListener, CancellationToken) -> R,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: Debug,
    {
        let addr = listener.local_addr().expect("a bound listener has an address");
        let shutdown = CancellationToken::new();
        let service = run(listener, shutdown.clone());
        let task = tokio::spawn(async move { service.await.map_err(|error| format!("{error:?}")) });
        Self { addr, shutdown, task: Some(task) }
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://127.0.0.1:PORT` and the path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Tells it to stop and waits until it has.
    ///
    /// # Panics
    /// If it ended with an error or a panic.
    pub async fn stop(mut self) {
        self.shutdown.cancel();
        let task = self.task.take().expect("only `stop` takes the task");
        task.await.expect("the service did not panic").expect("the service ended well");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}
