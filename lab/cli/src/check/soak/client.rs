//! One client of the soak: says how much it wants, sends, and is cut.

use std::{io, pin::pin};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    net::tcp::{OwnedReadHalf, OwnedWriteHalf},
};

use super::counts::Counts;

/// What is moved at once.
const CHUNK: usize = 32 << 10;
/// Bytes of a client's first word: how many bytes the back end shall send.
pub(super) const WORD: usize = 8;

/// How a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Each side ends its own direction, and reads the other's to its end.
    HalfClose,
    /// The client resets it while bytes are under way.
    Reset,
}

/// What one connection does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) cut: Cut,
    /// The byte at which the client is cut.
    pub(super) up: u64,
    /// The byte at which the back end is cut; a reset comes when the client has read half of them.
    pub(super) down: u64,
}

/// Runs one connection; what it wrote and read.
pub(super) async fn run(address: String, plan: Plan) -> Result<Counts, String> {
    let connection = TcpStream::connect(&address).await;
    let connection = connection.map_err(|error| format!("{address}: {error}"))?;
    let counts = match plan.cut {
        Cut::HalfClose => graceful(connection, plan).await,
        Cut::Reset => reset(connection, plan).await,
    };
    counts.map_err(|error| format!("a connection with {plan:?}: {error}"))
}

async fn graceful(connection: TcpStream, plan: Plan) -> io::Result<Counts> {
    let (read, write) = connection.into_split();
    let (up, down) = tokio::try_join!(say(write, plan), read_to(read, u64::MAX))?;
    if down.0 != plan.down {
        let reason = format!("{} bytes came, {} were sent", down.0, plan.down);
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason));
    }
    Ok(Counts { up, down: down.0, ..Counts::default() })
}

async fn reset(mut connection: TcpStream, plan: Plan) -> io::Result<Counts> {
    let mut up = 0;
    let said = write_some(&mut connection, &plan.down.to_be_bytes(), &mut up).await;
    let (read, mut write) = connection.into_split();
    // The balancer may give up first; what was taken and given until then is counted all the same.
    let sending = async {
        let mut left = plan.up;
        while said.is_ok() && left > 0 {
            let wanted = left.min(CHUNK as u64) as usize;
            match write.write(&[7; CHUNK][..wanted]).await {
                Ok(wrote) => {
                    up += wrote as u64;
                    left -= wrote as u64;
                }
                Err(_) => break,
            }
        }
    };
    // Dropping the sending half-way loses nothing: what a write took has been counted when it returned.
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

/// Says how much is wanted, sends, and says that this is all.
async fn say(mut write: OwnedWriteHalf, plan: Plan) -> io::Result<u64> {
    write.write_all(&plan.down.to_be_bytes()).await?;
    let mut left = plan.up;
    while left > 0 {
        let wanted = left.min(CHUNK as u64) as usize;
        write.write_all(&[7; CHUNK][..wanted]).await?;
        left -= wanted as u64;
    }
    write.shutdown().await?;
    Ok(WORD as u64 + plan.up)
}

async fn write_some(connection: &mut TcpStream, mut bytes: &[u8], wrote: &mut u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let taken = connection.write(bytes).await?;
        *wrote += taken as u64;
        bytes = &bytes[taken..];
    }
    Ok(())
}

/// Reads to the end, or until it has read `enough`.
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
