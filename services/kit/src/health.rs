//! Health checks: the client behind a container's `healthcheck`, and the server side of gRPC's.

#[cfg(feature = "grpc")]
mod grpc;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use thiserror::Error;

#[cfg(feature = "grpc")]
pub use grpc::{GrpcHealth, HealthService, ServingStatus, Watch};

const TIMEOUT: Duration = Duration::from_secs(2);
const MAX_STATUS_LINE_BYTES: u64 = 1024;

/// Why a service is not healthy.
#[derive(Debug, Error)]
pub enum Unhealthy {
    /// No response within two seconds.
    #[error("no response from {address}")]
    NoResponse {
        /// The address of the request.
        address: SocketAddr,
        /// Why the request failed.
        source: io::Error,
    },
    /// A response with another status than 200.
    #[error("{address} returned \"{status}\", expected 200")]
    Status {
        /// The address of the request.
        address: SocketAddr,
        /// The response's first line.
        status: String,
    },
}

/// Requests `/healthz` at this address. Connecting, sending and receiving may each take two
/// seconds.
///
/// # Errors
///
/// If the status is not 200, or there is no response.
pub fn check(address: SocketAddr) -> Result<(), Unhealthy> {
    let status = request_status(address).map_err(|source| Unhealthy::NoResponse { address, source })?;
    if status.split(' ').nth(1) == Some("200") { Ok(()) } else { Err(Unhealthy::Status { address, status }) }
}

/// Connects to this address, for a server with TLS, whose certificate need not name it.
///
/// # Errors
///
/// If there is no connection within two seconds.
pub fn check_connection(address: SocketAddr) -> Result<(), Unhealthy> {
    let connected = TcpStream::connect_timeout(&address, TIMEOUT);
    connected.map(|_| ()).map_err(|source| Unhealthy::NoResponse { address, source })
}

fn request_status(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut status = String::new();
    BufReader::new(stream.take(MAX_STATUS_LINE_BYTES)).read_line(&mut status)?;
    Ok(status.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};
    use std::thread;

    use super::*;

    /// The address of a server that sends `response` to one client.
    fn serve(response: &'static str) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("bound");
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut request = [0; 1024];
            let read = stream.read(&mut request).expect("a request");
            assert!(request[..read].starts_with(b"GET /healthz HTTP/1.1\r\n"));
            stream.write_all(response.as_bytes()).expect("the response is sent");
        });
        address
    }

    #[test]
    fn status_200_is_healthy() {
        check(serve("HTTP/1.1 200 OK\r\n\r\nok\n")).expect("healthy");
    }

    #[test]
    fn any_other_status_is_unhealthy() {
        let error = check(serve("HTTP/1.1 503 Service Unavailable\r\n\r\n")).expect_err("unhealthy");
        assert!(
            error.to_string().ends_with("returned \"HTTP/1.1 503 Service Unavailable\", expected 200"),
            "{error}"
        );
    }

    #[test]
    fn a_closed_port_is_unhealthy() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("bound");
        drop(listener);
        assert!(matches!(check(address), Err(Unhealthy::NoResponse { .. })));
    }
}
