//! Listeners for the servers of a changed configuration. A server takes over the listener of another one that gives up the
//! same address, so that no client is refused in between.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use rustix::io::Errno;
use rustix::net::sockopt::set_socket_reuseport;
use tokio::net::TcpListener;

use super::change::ChangeError;
use crate::config;
use crate::server::{Server, listen};

/// The addresses that servers need, and the listeners that servers give up.
#[derive(Debug, Default)]
pub(super) struct Takeover {
    /// Addresses that servers keep or have taken.
    used: Vec<SocketAddr>,
    requests: Vec<Request>,
    released: Vec<Released>,
}

#[derive(Debug)]
struct Request {
    server: String,
    /// `HOST:PORT` as configured.
    bind: String,
    addresses: Vec<SocketAddr>,
}

#[derive(Debug)]
struct Released {
    bind: String,
    address: SocketAddr,
    listener: Arc<TcpListener>,
    is_removed: bool,
}

impl Takeover {
    /// Keeps a server's listener: another server that needs the address is refused.
    pub(super) fn keep(&mut self, server: &Server) {
        self.used.extend(server.address());
    }

    /// Requests a listener on the first of `addresses` that can be bound.
    pub(super) fn request(&mut self, server: &str, config: &config::Server, addresses: Vec<SocketAddr>) {
        self.requests.push(Request { server: server.to_owned(), bind: config.bind.address(), addresses });
    }

    /// Releases a server's listener: the server moves to another address or is removed.
    pub(super) fn release(&mut self, server: Option<&Arc<Server>>, is_removed: bool) {
        let Some(server) = server else { return };
        if let (Some(listener), Some(address)) = (server.listener(), server.address()) {
            self.released.push(Released {
                bind: server.config().bind.address(),
                address,
                listener,
                is_removed,
            });
        }
    }

    /// Returns a listener for each server that requested one.
    ///
    /// # Errors
    ///
    /// If an address cannot be bound.
    pub(super) fn listen(mut self) -> Result<BTreeMap<String, Arc<TcpListener>>, ChangeError> {
        let mut listeners = BTreeMap::new();
        for request in &self.requests {
            if let Some(index) = self.released.iter().position(|released| released.satisfies(request)) {
                let released = self.released.swap_remove(index);
                self.used.push(released.address);
                listeners.insert(request.server.clone(), released.listener);
            }
        }
        for request in self.requests {
            if listeners.contains_key(&request.server) {
                continue;
            }
            let Request { server, bind, addresses } = request;
            let listener = listen_beside(&addresses, &self.released, &self.used);
            let listener = listener.map_err(|source| ChangeError::Listen {
                server: server.clone(),
                address: bind,
                source,
            })?;
            self.used.extend(listener.local_addr());
            listeners.insert(server, Arc::new(listener));
        }
        Ok(listeners)
    }
}

impl Released {
    /// Whether the listener is on the address that a server would bind first.
    fn satisfies(&self, request: &Request) -> bool {
        match request.addresses.first() {
            // Any free port will do: keep the one of a renamed server.
            Some(address) if address.port() == 0 => self.is_removed && self.bind == request.bind,
            Some(address) => *address == self.address,
            None => false,
        }
    }
}

/// Listens on the first of `addresses` that can be bound. It may overlap with a released listener, as `0.0.0.0:80` with
/// `127.0.0.1:80`: while both listen, the one with the more specific address gets the connections.
fn listen_beside(
    addresses: &[SocketAddr],
    released: &[Released],
    used: &[SocketAddr],
) -> io::Result<TcpListener> {
    let mut result = Err(io::ErrorKind::AddrNotAvailable.into());
    for address in addresses {
        // The kernel does not always notice a conflict with a socket that it shares the port with.
        if used.iter().any(|used| overlap(*used, *address)) {
            result = Err(io::Error::from(Errno::ADDRINUSE));
            continue;
        }
        let overlapping = released.iter().filter(|released| released.address.port() == address.port());
        let overlapping: Vec<_> = overlapping.map(|released| &released.listener).collect();
        // Only for this call: another process with this option could share the address.
        for listener in &overlapping {
            set_socket_reuseport(listener, true)?;
        }
        result = listen(*address, !overlapping.is_empty());
        for listener in &overlapping {
            set_socket_reuseport(listener, false)?;
        }
        if result.is_ok() {
            break;
        }
    }
    result
}

/// Whether a client could connect to both addresses at once.
fn overlap(a: SocketAddr, b: SocketAddr) -> bool {
    let is_wildcard = |address: SocketAddr| address.ip().is_unspecified();
    // A listener on [::] accepts IPv4 connections too.
    let is_covered = |a: SocketAddr, b: SocketAddr| is_wildcard(a) && (a.is_ipv6() || b.is_ipv4());
    a.port() == b.port() && (a.ip() == b.ip() || is_covered(a, b) || is_covered(b, a))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_overlap_if_a_client_could_connect_to_both() {
        for (a, b, expected) in [
            ("127.0.0.1:80", "127.0.0.1:80", true),
            ("127.0.0.1:80", "127.0.0.1:81", false),
            ("127.0.0.1:80", "127.0.0.2:80", false),
            ("127.0.0.1:80", "0.0.0.0:80", true),
            ("127.0.0.1:80", "[::]:80", true),
            ("0.0.0.0:80", "[::]:80", true),
            ("[::1]:80", "[::]:80", true),
            ("[::1]:80", "0.0.0.0:80", false),
            ("[::1]:80", "127.0.0.1:80", false),
        ] {
            let (a, b) = (a.parse().expect("an address"), b.parse().expect("an address"));
            assert_eq!((overlap(a, b), overlap(b, a)), (expected, expected), "{a} {b}");
        }
    }
}
