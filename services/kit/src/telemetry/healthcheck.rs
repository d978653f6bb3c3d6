//! A service asking itself how it is, for a container's health check.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use thiserror::Error;

const TIMEOUT: Duration = Duration::from_secs(2);
/// In bytes.
const LONGEST_STATUS: u64 = 1024;

/// Why a service does not count as healthy.
#[derive(Debug, Error)]
pub enum Unhealthy {
    /// No reply within two seconds.
    #[error("no reply from {address}")]
    Silent {
        /// Where it was asked.
        address: SocketAddr,
        /// What went wrong.
        source: io::Error,
    },
    /// Another reply than 200.
    #[error("{address} replied \"{status}\", expected 200")]
    Refused {
        /// Where it was asked.
        address: SocketAddr,
        /// The reply's first line.
        status: String,
    },
}

/// Asks `/healthz` on this port of the loopback interface, and waits at most two seconds for each step.
///
/// # Errors
///
/// If the reply is not 200, or there is none.
pub fn healthcheck(port: u16) -> Result<(), Unhealthy> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let status = ask(address).map_err(|source| Unhealthy::Silent { address, source })?;
    if status.split(' ').nth(1) == Some("200") { Ok(()) } else { Err(Unhealthy::Refused { address, status }) }
}

fn ask(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut status = String::new();
    BufReader::new(stream.take(LONGEST_STATUS)).read_line(&mut status)?;
    Ok(status.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    fn replying(reply: &'static str) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("free port");
        let port = listener.local_addr().expect("bound").port();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut request = [0; 1024];
            let read = stream.read(&mut request).expect("a request");
            assert!(request[..read].starts_with(b"GET /healthz HTTP/1.1\r\n"));
            stream.write_all(reply.as_bytes()).expect("reply is sent");
        });
        port
    }

    #[test]
    fn status_200_is_healthy() {
        healthcheck(replying("HTTP/1.1 200 OK\r\n\r\nok\n")).expect("healthy");
    }

    #[test]
    fn another_status_is_not() {
        let error = healthcheck(replying("HTTP/1.1 503 Service Unavailable\r\n\r\n")).expect_err("unhealthy");
        assert!(
            error.to_string().ends_with("replied \"HTTP/1.1 503 Service Unavailable\", expected 200"),
            "{error}"
        );
    }

    #[test]
    fn nor_is_no_one_listening() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("free port");
        let port = listener.local_addr().expect("bound").port();
        drop(listener);
        assert!(matches!(healthcheck(port), Err(Unhealthy::Silent { .. })));
    }
}
