//! Waiting until the kernel has sent what a socket has accepted. A reset discards what it has not sent.

use std::io;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::TcpStream;

const AT_ONCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

/// Waits until the kernel has sent all bytes that `socket` has accepted, or the connection has failed.
pub(super) async fn sent(socket: &TcpStream) -> io::Result<()> {
    // From here on, the socket is writable when all of its bytes are sent, not when it has room for more.
    SockRef::from(socket).set_tcp_notsent_lowat(1)?;
    loop {
        match socket.try_io(Interest::WRITABLE, || is_sent(socket)) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => socket.writable().await?,
            result => return result,
        }
    }
}

/// Fails with `WouldBlock` while there are bytes to send. Asking by poll(2) also makes epoll report the change.
fn is_sent(socket: &TcpStream) -> io::Result<()> {
    let mut sockets = [PollFd::new(socket, PollFlags::OUT)];
    match poll(&mut sockets, Some(&AT_ONCE))? {
        0 => Err(io::ErrorKind::WouldBlock.into()),
        _ => Ok(()),
    }
}
