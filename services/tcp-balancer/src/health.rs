//! Health checks: which backends get connections.

use std::io;
use std::sync::Arc;

use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::backend::Backend;
use crate::config::{Check, Healthcheck};
use crate::pool::Pool;

/// Why a backend did not pass.
#[derive(Debug, Error)]
enum CheckError {
    #[error("timed out")]
    Timeout,
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("the response does not begin with `probe_recv`")]
    UnexpectedResponse,
    #[error("the response is not HTTP/1")]
    NotHttp,
    #[error("HTTP status {0}")]
    Status(u16),
}

/// Checks the pool's backends at each interval, until dropped. A backend has at most one check in progress.
pub(crate) async fn run(server: String, pool: Arc<Pool>, config: Healthcheck) {
    if config.check == Check::None {
        // An earlier configuration may have had checks that failed.
        pool.backends().iter().for_each(|backend| backend.set_live(true));
        return;
    }
    let (server, config) = (Arc::<str>::from(server), Arc::new(config));
    let mut ticks = interval(config.interval());
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut checks = JoinSet::new();
    let mut in_progress: Vec<Arc<Backend>> = Vec::new();
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                for backend in pool.backends().iter().filter(|backend| backend.is_discovered()) {
                    if !in_progress.iter().any(|checked| Arc::ptr_eq(checked, backend)) {
                        in_progress.push(Arc::clone(backend));
                        checks.spawn(check(Arc::clone(&server), Arc::clone(backend), Arc::clone(&config)));
                    }
                }
            }
            Some(Ok(backend)) = checks.join_next() => {
                in_progress.retain(|checked| !Arc::ptr_eq(checked, &backend));
            }
        }
    }
}

/// Checks a backend once, applies the result, and logs a change of its status. Returns the backend.
async fn check(server: Arc<str>, backend: Arc<Backend>, config: Arc<Healthcheck>) -> Arc<Backend> {
    let result = match timeout(config.timeout(), probe(&backend, &config.check)).await {
        Ok(result) => result,
        Err(_) => Err(CheckError::Timeout),
    };
    let (was_live, is_live) = backend.apply_check(result.is_ok(), &config);
    let (server, target) = (&*server, &backend.target);
    match (was_live, is_live, result) {
        (true, false, Err(error)) => tracing::warn!(server, backend = %target, %error, "unhealthy"),
        (false, true, _) => tracing::info!(server, backend = %target, "healthy"),
        _ => {}
    }
    backend
}

async fn probe(backend: &Backend, check: &Check) -> Result<(), CheckError> {
    match check {
        Check::None => Ok(()),
        Check::Ping => {
            backend.connect().await?;
            Ok(())
        }
        Check::Tcp { send, receive } => probe_tcp(backend, send.bytes(), receive.bytes()).await,
        Check::Http { path } => probe_http(backend, path).await,
    }
}

async fn probe_tcp(backend: &Backend, send: &[u8], receive: &[u8]) -> Result<(), CheckError> {
    let mut stream = backend.connect().await?;
    stream.write_all(send).await?;
    let mut response = vec![0; receive.len()];
    stream.read_exact(&mut response).await?;
    if response == receive { Ok(()) } else { Err(CheckError::UnexpectedResponse) }
}

async fn probe_http(backend: &Backend, path: &str) -> Result<(), CheckError> {
    let mut stream = backend.connect().await?;
    let host = &backend.target;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: tcp-balancer\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    match read_status(&mut stream).await? {
        200..=299 => Ok(()),
        other => Err(CheckError::Status(other)),
    }
}

/// Reads the first 12 bytes of a response, which contain the status code. The rest is not read.
async fn read_status(stream: &mut TcpStream) -> Result<u16, CheckError> {
    let mut line = [0; "HTTP/1.1 200".len()];
    stream.read_exact(&mut line).await?;
    let line = str::from_utf8(&line).map_err(|_| CheckError::NotHttp)?;
    let (version, status) = line.split_once(' ').ok_or(CheckError::NotHttp)?;
    match status.parse() {
        Ok(status) if version.starts_with("HTTP/1.") => Ok(status),
        _ => Err(CheckError::NotHttp),
    }
}
