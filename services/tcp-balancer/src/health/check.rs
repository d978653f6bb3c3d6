//! One look at one back end.

use std::io;

use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::backend::Backend;
use crate::config::Check;
use crate::connection::connect;

/// Why a back end has not passed.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error("no answer in time")]
    TimeOut,
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("the answer does not begin with what is expected")]
    Unexpected,
    #[error("the answer is no HTTP reply")]
    NotHttp,
    #[error("HTTP status {0}")]
    Status(u16),
}

/// As long as it takes; the caller has the time-out.
pub(crate) async fn check(backend: &Backend, check: &Check) -> Result<(), Failure> {
    match check {
        Check::None => Ok(()),
        Check::Ping => {
            connect(&backend.addresses()).await?;
            Ok(())
        }
        Check::Expect { send, receive } => expect(backend, send.bytes(), receive.bytes()).await,
        Check::Http { path } => http(backend, path).await,
    }
}

async fn expect(backend: &Backend, send: &[u8], receive: &[u8]) -> Result<(), Failure> {
    let mut stream = connect(&backend.addresses()).await?;
    stream.write_all(send).await?;
    let mut answer = vec![0; receive.len()];
    stream.read_exact(&mut answer).await?;
    if answer == receive { Ok(()) } else { Err(Failure::Unexpected) }
}

async fn http(backend: &Backend, path: &str) -> Result<(), Failure> {
    let mut stream = connect(&backend.addresses()).await?;
    let host = &backend.target;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: tcp-balancer\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    match status(&mut stream).await? {
        200..=299 => Ok(()),
        other => Err(Failure::Status(other)),
    }
}

/// `HTTP/1.1 200`, and what comes after it, are in a reply's first bytes.
async fn status(stream: &mut TcpStream) -> Result<u16, Failure> {
    let mut line = [0; "HTTP/1.1 200".len()];
    stream.read_exact(&mut line).await?;
    let line = str::from_utf8(&line).map_err(|_| Failure::NotHttp)?;
    let (version, status) = line.split_once(' ').ok_or(Failure::NotHttp)?;
    match status.parse() {
        Ok(status) if version.starts_with("HTTP/1.") => Ok(status),
        _ => Err(Failure::NotHttp),
    }
}
