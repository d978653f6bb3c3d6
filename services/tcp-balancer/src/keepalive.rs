//! TCP keep-alive: it detects a dead peer even without an idle timeout, and keeps the entries of NAT gateways.

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::net::sockopt::{set_socket_keepalive, set_tcp_keepcnt, set_tcp_keepidle, set_tcp_keepintvl};

// Go's defaults, which gobetween uses.
const IDLE: Duration = Duration::from_secs(15);
const INTERVAL: Duration = Duration::from_secs(15);
const MAX_PROBES: u32 = 9;

/// Sends probes on the socket's connection, or on those that it accepts, after 15 s without data, every 15 s. The
/// connection fails after 9 probes without a response.
///
/// # Errors
///
/// If the socket is not a TCP socket.
pub(crate) fn enable(socket: impl AsFd) -> io::Result<()> {
    let socket = socket.as_fd();
    set_socket_keepalive(socket, true)?;
    set_tcp_keepidle(socket, IDLE)?;
    set_tcp_keepintvl(socket, INTERVAL)?;
    set_tcp_keepcnt(socket, MAX_PROBES)?;
    Ok(())
}
