//! A listener in plain text or with TLS.

use std::error::Error as StdError;

use axum::body::Body;
use http::{Request, Response};
use http_body::Body as HttpBody;
use tokio::net::{TcpListener, TcpStream};
use tower_service::Service;

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
    pub(super) fn open<S, B>(&self, connections: &Connections, stream: TcpStream, service: S)
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<Box<dyn StdError + Send + Sync>> + 'static,
        B: HttpBody + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        #[cfg(feature = "security")]
        if let Some(tls) = &self.tls {
            return connections.open(tls.clone().accept(stream), service);
        }
        connections.open(std::future::ready(Some(stream)), service);
    }
}
