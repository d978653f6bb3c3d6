//! Accepts TLS connections.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::{Reloaded, SecurityMetrics, TlsConfig};

/// Limit of a handshake: a client that sends nothing must not occupy a connection.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// TLS of a listener. Each handshake uses the files as last read; open connections stay.
#[derive(Clone)]
pub struct TlsListener {
    current: Arc<dyn Fn() -> TlsConfig + Send + Sync>,
    metrics: SecurityMetrics,
}

impl fmt::Debug for TlsListener {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TlsListener").finish_non_exhaustive()
    }
}

impl TlsListener {
    /// Accepts connections with the part of a reloaded value that `config` returns. While it returns `None`, the
    /// configuration of before is used: a reload cannot switch to plain text.
    ///
    /// Returns `None` if it returns `None` now.
    pub fn new<T: Send + Sync + 'static>(
        reloaded: &Arc<Reloaded<T>>,
        config: impl Fn(&T) -> Option<TlsConfig> + Send + Sync + 'static,
    ) -> Option<Self> {
        let first = config(&reloaded.get())?;
        let (source, metrics) = (Arc::clone(reloaded), reloaded.metrics().clone());
        let current = move || config(&source.get()).unwrap_or_else(|| Arc::clone(&first));
        Some(Self { current: Arc::new(current), metrics })
    }

    /// The TLS stream on an accepted connection; `None` if the handshake fails, which is counted.
    pub(crate) async fn accept(self, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let acceptor = TlsAcceptor::from((self.current)());
        match timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => return Some(stream),
            Ok(Err(error)) => self.metrics.refuse_handshake(error),
            Err(_) => self.metrics.refuse_handshake("not complete within 10 s"),
        }
        None
    }
}
