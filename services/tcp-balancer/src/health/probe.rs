//! One check of a backend, over a connection like those of clients.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{CheckError, Checks, http};
use crate::backend;
use crate::config::{Check, Target};
use crate::proxy_protocol;

impl Checks {
    pub(super) async fn probe(&self, target: &Target, addresses: &[SocketAddr]) -> Result<(), CheckError> {
        let stream = self.connect(addresses).await?;
        match &self.config.check {
            Check::None | Check::Ping => Ok(()),
            Check::Tcp { send, receive } => probe_tcp(stream, send.bytes(), receive.bytes()).await,
            Check::Http { path } => http::probe(stream, target, path, &self.config.probe_status).await,
        }
    }

    /// Connects, and sends the PROXY protocol header if the server's connections have one: a backend that requires it
    /// would reject the check.
    async fn connect(&self, addresses: &[SocketAddr]) -> io::Result<TcpStream> {
        let mut stream = backend::connect(addresses, Some(self.config.timeout())).await?;
        stream.set_nodelay(true)?;
        if let Some(version) = self.proxy {
            let header = proxy_protocol::local_header(version, stream.local_addr()?, stream.peer_addr()?);
            stream.write_all(&header).await?;
        }
        Ok(stream)
    }
}

async fn probe_tcp(mut stream: TcpStream, send: &[u8], receive: &[u8]) -> Result<(), CheckError> {
    stream.write_all(send).await?;
    let mut response = vec![0; receive.len()];
    stream.read_exact(&mut response).await?;
    if response == receive { Ok(()) } else { Err(CheckError::UnexpectedResponse) }
}
