//! The sockets of DNS lookups.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::net::runtime::{RuntimeProvider, TokioRuntimeProvider};

use crate::shortage::Shortages;

/// Opens sockets, and counts the shortages that prevent it: the resolver only reports that no server could be reached.
#[derive(Clone)]
pub(crate) struct Provider {
    tokio: TokioRuntimeProvider,
    shortages: Arc<Shortages>,
}

/// A socket that is being opened.
type Opening<T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send>>;

impl Provider {
    pub(super) fn new(shortages: Arc<Shortages>) -> Self {
        Self { tokio: TokioRuntimeProvider::default(), shortages }
    }

    fn observe<T: 'static>(&self, opening: Opening<T>) -> Opening<T> {
        let shortages = Arc::clone(&self.shortages);
        Box::pin(async move { opening.await.inspect_err(|error| shortages.observe(error)) })
    }
}

impl RuntimeProvider for Provider {
    type Handle = <TokioRuntimeProvider as RuntimeProvider>::Handle;
    type Timer = <TokioRuntimeProvider as RuntimeProvider>::Timer;
    type Udp = <TokioRuntimeProvider as RuntimeProvider>::Udp;
    type Tcp = <TokioRuntimeProvider as RuntimeProvider>::Tcp;

    fn create_handle(&self) -> Self::Handle {
        self.tokio.create_handle()
    }

    fn connect_tcp(
        &self,
        server: SocketAddr,
        local: Option<SocketAddr>,
        timeout: Option<Duration>,
    ) -> Opening<Self::Tcp> {
        self.observe(self.tokio.connect_tcp(server, local, timeout))
    }

    fn bind_udp(&self, local: SocketAddr, server: SocketAddr) -> Opening<Self::Udp> {
        self.observe(self.tokio.bind_udp(local, server))
    }
}
