//! Connecting to a host that may have several addresses: Happy Eyeballs (RFC 8305).

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::shortage::{self, Shortage};

/// How long an attempt may be pending before the next address is tried as well (RFC 8305, section 5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Connects to the first address that accepts a connection, within `limit`. While an attempt is pending, the next address
/// is tried after [`ATTEMPT_DELAY`], or sooner if `limit` would otherwise leave it no time.
///
/// # Errors
///
/// A shortage of the balancer ([`Shortage::of`]) if one has occurred, else the last attempt's error; `TimedOut` after `limit`,
/// and `AddrNotAvailable` without addresses.
pub(crate) async fn connect(addresses: &[SocketAddr], limit: Option<Duration>) -> io::Result<TcpStream> {
    let connecting = async {
        match addresses {
            [] => Err(io::ErrorKind::AddrNotAvailable.into()),
            [address] => attempt(*address).await,
            _ => {
                let share = limit.map(|limit| limit / u32::try_from(addresses.len()).unwrap_or(u32::MAX));
                let delay = share.map_or(ATTEMPT_DELAY, |share| share.min(ATTEMPT_DELAY));
                race(alternate(addresses), delay).await
            }
        }
    };
    match limit {
        Some(limit) => timeout(limit, connecting).await.unwrap_or(Err(io::ErrorKind::TimedOut.into())),
        None => connecting.await,
    }
}

/// The addresses with alternating families, beginning with the first address's family (RFC 8305, section 4).
fn alternate(addresses: &[SocketAddr]) -> VecDeque<SocketAddr> {
    let is_ipv4 = addresses.first().is_some_and(SocketAddr::is_ipv4);
    let (first, second): (Vec<_>, Vec<_>) =
        addresses.iter().copied().partition(|address| address.is_ipv4() == is_ipv4);
    let mut alternating = VecDeque::with_capacity(addresses.len());
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    while alternating.len() < addresses.len() {
        alternating.extend(first.next().into_iter().chain(second.next()));
    }
    alternating
}

/// Starts an attempt per address, each when the last one has failed or `delay` has passed. The first connection wins.
async fn race(mut addresses: VecDeque<SocketAddr>, delay: Duration) -> io::Result<TcpStream> {
    let mut attempts = JoinSet::new();
    let mut failure: Option<io::Error> = None;
    loop {
        if let Some(address) = addresses.pop_front() {
            attempts.spawn(attempt(address));
        }
        let result = tokio::select! {
            Some(result) = attempts.join_next() => result,
            () = sleep(delay), if !addresses.is_empty() => continue,
            else => return Err(failure.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into())),
        };
        match result.unwrap_or_else(|panic| Err(io::Error::other(panic))) {
            Ok(stream) => return Ok(stream),
            Err(error) if failure.as_ref().and_then(Shortage::of).is_none() => failure = Some(error),
            Err(_) => {}
        }
    }
}

/// Connects to one address.
async fn attempt(address: SocketAddr) -> io::Result<TcpStream> {
    let result = TcpStream::connect(address).await;
    match result.as_ref().err().and_then(Shortage::of) {
        Some(Shortage::Ports) if !shortage::has_local_address(address) => {
            Err(io::Error::new(io::ErrorKind::HostUnreachable, "no local address of this family"))
        }
        _ => result,
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().expect("an address")).collect()
    }

    async fn listening() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        (listener, address)
    }

    #[test]
    fn families_alternate() {
        for (given, expected) in [
            (&["[::1]:1", "[::2]:1", "1.1.1.1:1"][..], &["[::1]:1", "1.1.1.1:1", "[::2]:1"][..]),
            (&["1.1.1.1:1", "2.2.2.2:1", "[::1]:1"], &["1.1.1.1:1", "[::1]:1", "2.2.2.2:1"]),
            (&["1.1.1.1:1", "2.2.2.2:1"], &["1.1.1.1:1", "2.2.2.2:1"]),
        ] {
            assert_eq!(alternate(&addresses(given)), addresses(expected));
        }
    }

    #[tokio::test]
    async fn a_refusal_leads_to_the_next_address_at_once() {
        let (closed, refusing) = listening().await;
        drop(closed);
        let (_listener, address) = listening().await;
        let stream = connect(&[refusing, refusing, address], None).await.expect("connected");
        assert_eq!(stream.peer_addr().expect("connected"), address);
        let error = connect(&[refusing, refusing], None).await.expect_err("refused");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }

    #[tokio::test]
    async fn a_family_on_which_nothing_listens_does_not_matter() {
        let (_listener, address) = listening().await;
        let other_family = SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, address.port()));
        for addresses in [[other_family, address], [address, other_family]] {
            let stream = connect(&addresses, None).await.expect("connected");
            assert_eq!(stream.peer_addr().expect("connected"), address);
        }
    }

    #[tokio::test]
    async fn without_addresses_there_is_nothing_to_connect_to() {
        let error = connect(&[], None).await.expect_err("no addresses");
        assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable);
    }
}
