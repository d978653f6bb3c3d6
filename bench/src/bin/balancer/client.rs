//! The clients: the load of each turn, through a proxy or directly to the origin.

use std::future::Future;
use std::net::SocketAddr;

use anyhow::ensure;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::origin;
use crate::request::{self, MESSAGE, Message, Request};

/// Transfers `bytes` on each of `connections`, which alternate between download and upload.
pub(crate) async fn transfer(to: SocketAddr, connections: usize, bytes: u64) -> anyhow::Result<()> {
    run_all((0..connections).map(|number| async move {
        if number % 2 == 0 { download(to, bytes).await } else { upload(to, bytes).await }
    }))
    .await
}

async fn download(to: SocketAddr, bytes: u64) -> anyhow::Result<()> {
    let mut connection = connect(to).await?;
    connection.write_all(&Request::Download(bytes).encode()).await?;
    let arrived = origin::drain(&mut connection).await?;
    ensure!(arrived == bytes, "{arrived} of {bytes} bytes came from {to}");
    Ok(())
}

async fn upload(to: SocketAddr, bytes: u64) -> anyhow::Result<()> {
    let mut connection = connect(to).await?;
    connection.write_all(&Request::Upload.encode()).await?;
    origin::send(&mut connection, bytes).await?;
    let arrived = read_reply(&mut connection).await?;
    ensure!(arrived == bytes, "{arrived} of {bytes} bytes went through {to}");
    Ok(())
}

/// Connects, makes one round trip and closes, `times` times in each of `callers` tasks.
pub(crate) async fn connections(to: SocketAddr, callers: usize, times: usize) -> anyhow::Result<()> {
    run_all((0..callers).map(|_| async move {
        for _ in 0..times {
            exchange(&mut connect(to).await?).await?;
        }
        Ok(())
    }))
    .await
}

/// Makes `times` round trips of 64 bytes on each of `callers` connections.
pub(crate) async fn round_trips(to: SocketAddr, callers: usize, times: usize) -> anyhow::Result<()> {
    run_all((0..callers).map(|_| async move {
        let mut connection = connect(to).await?;
        for _ in 0..times {
            exchange(&mut connection).await?;
        }
        Ok(())
    }))
    .await
}

/// Opens a connection with `TCP_NODELAY`, so that small messages are sent at once.
pub(crate) async fn connect(to: SocketAddr) -> anyhow::Result<TcpStream> {
    let connection = TcpStream::connect(to).await?;
    connection.set_nodelay(true)?;
    Ok(connection)
}

/// One round trip.
pub(crate) async fn exchange(connection: &mut TcpStream) -> anyhow::Result<()> {
    let sent = Request::Echo.encode();
    connection.write_all(&sent).await?;
    let mut received: Message = [0; MESSAGE];
    connection.read_exact(&mut received).await?;
    ensure!(received == sent, "an echo is not what was said");
    Ok(())
}

/// The number of connections that the origin holds open, not counting the one for this query.
pub(crate) async fn count_open(origin: SocketAddr) -> anyhow::Result<u64> {
    let mut connection = connect(origin).await?;
    connection.write_all(&Request::Count.encode()).await?;
    Ok(read_reply(&mut connection).await? - 1)
}

async fn read_reply(connection: &mut TcpStream) -> anyhow::Result<u64> {
    let mut message: Message = [0; MESSAGE];
    connection.read_exact(&mut message).await?;
    request::read_number(&message)
}

/// Runs all futures concurrently. The first error cancels the others.
async fn run_all<F>(work: impl Iterator<Item = F>) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let mut running: JoinSet<_> = work.collect();
    while let Some(done) = running.join_next().await {
        done??;
    }
    Ok(())
}
