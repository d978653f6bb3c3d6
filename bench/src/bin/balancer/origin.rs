//! The origin behind each proxy: echoes messages, sends and receives bulk data.

use std::cell::Cell;
use std::rc::Rc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::LocalSet;

use crate::request::{self, MESSAGE, Request};

/// Bytes per read and write.
pub(crate) const CHUNK: usize = 256 << 10;

/// Prints the port, and serves until the process is killed.
pub(crate) async fn serve() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    LocalSet::new().run_until(accept(listener)).await
}

async fn accept(listener: TcpListener) -> anyhow::Result<()> {
    let open = Rc::new(Cell::new(0));
    loop {
        let (connection, _) = listener.accept().await?;
        connection.set_nodelay(true)?;
        open.set(open.get() + 1);
        let open = open.clone();
        tokio::task::spawn_local(async move {
            // Errors are expected: a probe sends no request, and a client may disconnect early.
            let _ = handle(connection, &open).await;
            open.set(open.get() - 1);
        });
    }
}

async fn handle(mut connection: TcpStream, open: &Cell<u64>) -> anyhow::Result<()> {
    let mut message = [0; MESSAGE];
    connection.read_exact(&mut message).await?;
    match Request::decode(&message)? {
        Request::Echo => loop {
            connection.write_all(&message).await?;
            connection.read_exact(&mut message).await?;
        },
        Request::Download(bytes) => send(&mut connection, bytes).await?,
        Request::Upload => {
            let bytes = drain(&mut connection).await?;
            connection.write_all(&request::number(bytes)).await?;
        }
        Request::Count => connection.write_all(&request::number(open.get())).await?,
    }
    Ok(())
}

/// Writes `bytes` bytes, and closes that direction.
pub(crate) async fn send(connection: &mut TcpStream, bytes: u64) -> anyhow::Result<()> {
    let chunk = vec![0x5a; CHUNK];
    let mut remaining = bytes;
    while remaining > 0 {
        let next = remaining.min(CHUNK as u64) as usize;
        connection.write_all(&chunk[..next]).await?;
        remaining -= next as u64;
    }
    Ok(connection.shutdown().await?)
}

/// Reads to the end of the stream, and returns the number of bytes.
pub(crate) async fn drain(connection: &mut TcpStream) -> anyhow::Result<u64> {
    let mut chunk = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        match connection.read(&mut chunk).await? {
            0 => return Ok(bytes),
            read => bytes += read as u64,
        }
    }
}
