//! The far end, behind each proxy: echoes, sends, takes in.

use std::cell::Cell;
use std::rc::Rc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::LocalSet;

use crate::request::{self, MESSAGE, Request};

/// Bytes of a call to the system.
pub(crate) const CHUNK: usize = 256 << 10;

/// Serves until the process is ended; prints the port.
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
            // A probe's connection asks for nothing; who asked and went is no news.
            let _ = answer(connection, &open).await;
            open.set(open.get() - 1);
        });
    }
}

async fn answer(mut connection: TcpStream, open: &Cell<u64>) -> anyhow::Result<()> {
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

/// Writes so many bytes, and ends that direction.
pub(crate) async fn send(connection: &mut TcpStream, bytes: u64) -> anyhow::Result<()> {
    let chunk = vec![0x5a; CHUNK];
    let mut left = bytes;
    while left > 0 {
        let next = left.min(CHUNK as u64) as usize;
        connection.write_all(&chunk[..next]).await?;
        left -= next as u64;
    }
    Ok(connection.shutdown().await?)
}

/// Reads to the end, and says how many bytes there were.
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
