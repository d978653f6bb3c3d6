//! Listening for clients.

use std::io;

use tokio::net::{TcpListener, TcpSocket, lookup_host};

/// Clients that wait to be accepted: as many as Linux allows for, unless told otherwise.
const BACKLOG: u32 = 4096;

/// Listens on the first address that can be had.
pub(crate) async fn listen(address: &str) -> io::Result<TcpListener> {
    let mut result = Err(io::ErrorKind::AddrNotAvailable.into());
    for address in lookup_host(address).await? {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.set_reuseaddr(true)?;
        // What is accepted inherits these. Bytes are passed on as they come: waiting for more only delays them. And
        // a client that is gone without a word is noticed in the end, even where no idle time is set.
        socket.set_nodelay(true)?;
        socket.set_keepalive(true)?;
        result = socket.bind(address).and_then(|()| socket.listen(BACKLOG));
        if result.is_ok() {
            break;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn what_is_accepted_inherits_the_listeners_options() {
        let listener = listen("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (accepted, _) = accepted.expect("accepted");
        assert!(accepted.nodelay().expect("an open socket"));
        assert!(rustix::net::sockopt::socket_keepalive(&accepted).expect("an open socket"));
        drop(client);
    }
}
