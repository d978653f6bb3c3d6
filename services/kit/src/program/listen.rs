//! Ports to listen on.

use std::net::Ipv4Addr;

use anyhow::Context;
use tokio::net::TcpListener;

/// Listens on this port of all interfaces, and logs the address. `flag` is the setting that an error names.
///
/// # Errors
///
/// If the port is in use, or may not be used.
pub async fn listen(flag: &str, port: u16) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))
        .await
        .with_context(|| format!("{flag}: cannot listen on port {port}"))?;
    tracing::info!(flag, address = %listener.local_addr()?, "listening");
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_in_use_is_named_with_its_flag() {
        let taken = listen("--port", 0).await.expect("a free port");
        let port = taken.local_addr().expect("bound").port();
        let error = format!("{:#}", listen("--port", port).await.expect_err("in use"));
        assert!(error.starts_with(&format!("--port: cannot listen on port {port}: Address")), "{error}");
    }
}
