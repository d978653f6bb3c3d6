//! The soak test's client: requests a number of bytes, sends its own, and ends the connection.

use std::{io, pin::pin};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    net::tcp::{OwnedReadHalf, OwnedWriteHalf},
};

use super::counts::Counts;

use crate::table::Failure;

/// Bytes per write and read.
const CHUNK: usize = 32 << 10;
/// Length of the client's first word, the number of bytes that it requests from the backend.
pub(super) const WORD: usize = 8;

/// The end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Each side closes its direction, and reads until the other closes.
    HalfClose,
    /// The client resets the connection while bytes are in flight.
    Reset,
}

/// The plan of one connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) ending: Ending,
    /// Bytes that the client sends after the first word.
    pub(super) up: u64,
    /// Bytes that the backend sends. The client resets the connection after reading half of them.
    pub(super) down: u64,
}

/// Runs one connection; returns the bytes that the client sent and received.
pub(super) async fn run(address: String, plan: Plan) -> Result<Counts, Failure> {
    let connection = TcpStream::connect(&address).await;
    let connection = connection.map_err(|error| format!("{address}: {error}"))?;
    let counts = match plan.ending {
        Ending::HalfClose => graceful(connection, plan).await,
        Ending::Reset => reset(connection, plan).await,
    };
    counts.map_err(|error| format!("a connection with {plan:?}: {error}").into())
}

async fn graceful(connection: TcpStream, plan: Plan) -> io::Result<Counts> {
    let (read, write) = connection.into_split();
    let (up, down) = tokio::try_join!(send(write, plan), read_to(read, u64::MAX))?;
    if down.0 != plan.down {
        let reason = format!("received {} bytes of {}", down.0, plan.down);
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason));
    }
    Ok(Counts { up, down: down.0, ..Counts::default() })
}

async fn reset(mut connection: TcpStream, plan: Plan) -> io::Result<Counts> {
    let mut up = 0;
    let requested = write_counted(&mut connection, &plan.down.to_be_bytes(), &mut up).await;
    let (read, mut write) = connection.into_split();
    // The balancer may close first; the bytes until then are counted nevertheless.
    let sending = async {
        let mut remaining = plan.up;
        while requested.is_ok() && remaining > 0 {
            let count = remaining.min(CHUNK as u64) as usize;
            match write.write(&[7; CHUNK][..count]).await {
                Ok(wrote) => {
                    up += wrote as u64;
                    remaining -= wrote as u64;
                }
                Err(_) => break,
            }
        }
    };
    // Canceling `sending` loses no count: a write is counted as soon as it returns.
    let mut reading = pin!(read_to(read, plan.down / 2));
    let (down, read) = tokio::select! {
        read = &mut reading => read,
        () = sending => reading.await,
    }?;
    let connection = read.reunite(write).map_err(io::Error::other)?;
    connection.set_zero_linger()?;
    drop(connection);
    Ok(Counts { up, down, ..Counts::default() })
}

/// Sends the first word and all bytes, and closes the direction.
async fn send(mut write: OwnedWriteHalf, plan: Plan) -> io::Result<u64> {
    write.write_all(&plan.down.to_be_bytes()).await?;
    let mut remaining = plan.up;
    while remaining > 0 {
        let count = remaining.min(CHUNK as u64) as usize;
        write.write_all(&[7; CHUNK][..count]).await?;
        remaining -= count as u64;
    }
    write.shutdown().await?;
    Ok(WORD as u64 + plan.up)
}

async fn write_counted(connection: &mut TcpStream, mut bytes: &[u8], wrote: &mut u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let taken = connection.write(bytes).await?;
        *wrote += taken as u64;
        bytes = &bytes[taken..];
    }
    Ok(())
}

/// Reads until the backend closes, or at least `enough` bytes.
async fn read_to(mut read: OwnedReadHalf, enough: u64) -> io::Result<(u64, OwnedReadHalf)> {
    let mut buffer = vec![0; CHUNK];
    let mut total = 0;
    while total < enough {
        match read.read(&mut buffer).await? {
            0 => break,
            count => total += count as u64,
        }
    }
    Ok((total, read))
}
