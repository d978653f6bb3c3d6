//! A listener in plain text or with TLS.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};

use super::connections::Connections;
#[cfg(feature = "security")]
use crate::security::TlsListener;

/// A listener, which a [`TcpListener`] converts to.
#[derive(Debug)]
pub struct Listener {
    tcp: TcpListener,
    #[cfg(feature = "security")]
    tls: Option<TlsListener>,
}

impl From<TcpListener> for Listener {
    fn from(tcp: TcpListener) -> Self {
        Self {
            tcp,
            #[cfg(feature = "security")]
            tls: None,
        }
    }
}

impl Listener {
    /// A listener whose connections start with a TLS handshake, unless `tls` is `None`.
    #[cfg(feature = "security")]
    #[must_use]
    pub fn with_tls(tcp: TcpListener, tls: Option<TlsListener>) -> Self {
        Self { tcp, tls }
    }

    pub(super) fn tcp(&self) -> &TcpListener {
        &self.tcp
    }

    /// Serves a connection that this listener has accepted.
    pub(super) fn open(&self, connections: &Connections, stream: TcpStream, peer: SocketAddr) {
        #[cfg(feature = "security")]
        if let Some(tls) = &self.tls {
            return connections.open(tls.clone().accept(stream), peer);
        }
        connections.open(std::future::ready(Some(stream)), peer);
    }
}
