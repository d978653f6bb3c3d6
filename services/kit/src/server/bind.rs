//! Listening on a port.

use std::io;
use std::net::{IpAddr, Ipv4Addr};

use thiserror::Error;
use tokio::net::TcpListener;

use super::HttpSettings;

/// The port is in use, the process may not use it, or no interface has the address.
#[derive(Debug, Error)]
#[error("{flag}: cannot listen on port {port}{}", of_address(.address))]
pub struct BindError {
    flag: &'static str,
    address: IpAddr,
    port: u16,
    source: io::Error,
}

fn of_address(address: &IpAddr) -> String {
    if address.is_unspecified() { String::new() } else { format!(" of {address}") }
}

/// Listens on `port` of all IPv4 interfaces, and logs the address. `flag` is the port's setting, which errors and the log name.
///
/// # Errors
///
/// If the port is in use, or the process may not use it.
pub async fn bind(flag: &'static str, port: u16) -> Result<TcpListener, BindError> {
    listen(flag, Ipv4Addr::UNSPECIFIED.into(), port).await
}

impl HttpSettings {
    /// As [`bind`], on the address of the settings.
    ///
    /// # Errors
    ///
    /// If the port is in use, the process may not use it, or no interface has the address.
    pub async fn bind(&self, flag: &'static str, port: u16) -> Result<TcpListener, BindError> {
        listen(flag, self.bind_address, port).await
    }
}

async fn listen(flag: &'static str, address: IpAddr, port: u16) -> Result<TcpListener, BindError> {
    let failed = |source| BindError { flag, address, port, source };
    let listener = TcpListener::bind((address, port)).await.map_err(failed)?;
    tracing::info!(flag, address = %listener.local_addr().map_err(failed)?, "listening");
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn message_of_second_bind(address: Ipv4Addr) -> (u16, String) {
        let listener = listen("--port", address.into(), 0).await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let error = listen("--port", address.into(), port).await.expect_err("in use");
        (port, format!("{:#}", anyhow::Error::from(error)))
    }

    #[tokio::test]
    async fn bind_error_names_the_flag_the_port_and_the_chosen_address() {
        let (port, message) = message_of_second_bind(Ipv4Addr::UNSPECIFIED).await;
        let expected = format!("--port: cannot listen on port {port}: Address already in use");
        assert!(message.starts_with(&expected), "{message}");
        let (port, message) = message_of_second_bind(Ipv4Addr::LOCALHOST).await;
        let expected = format!("--port: cannot listen on port {port} of 127.0.0.1: Address already in use");
        assert!(message.starts_with(&expected), "{message}");
    }
}
