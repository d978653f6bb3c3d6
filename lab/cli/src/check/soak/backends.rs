//! The soak's back ends: listeners of this process that count what their sockets give and take.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use super::{client::WORD, counts::Counts};

const CHUNK: usize = 32 << 10;

/// What one listener counted.
#[derive(Debug, Default)]
struct Tally {
    open: AtomicU64,
    read: AtomicU64,
    written: AtomicU64,
}

/// Listeners that end when this is dropped.
#[derive(Debug)]
pub(super) struct Backends {
    tallies: BTreeMap<u16, Arc<Tally>>,
    _listening: JoinSet<()>,
}

impl Backends {
    /// Listens on so many free ports.
    pub(super) async fn start(count: usize) -> io::Result<Self> {
        let (mut tallies, mut listening) = (BTreeMap::new(), JoinSet::new());
        for _ in 0..count {
            let listener = TcpListener::bind("0.0.0.0:0").await?;
            let tally = Arc::<Tally>::default();
            tallies.insert(listener.local_addr()?.port(), tally.clone());
            listening.spawn(serve(listener, tally));
        }
        Ok(Self { tallies, _listening: listening })
    }

    pub(super) fn ports(&self) -> Vec<u16> {
        self.tallies.keys().copied().collect()
    }

    /// What all counted until now.
    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (port, tally) in &self.tallies {
            let (up, down) = (tally.read.load(Relaxed), tally.written.load(Relaxed));
            counts.up += up;
            counts.down += down;
            counts.each.insert(*port, [up, down]);
        }
        counts
    }

    /// The counts, once no connection is open.
    pub(super) fn at_rest(&self) -> Result<Counts, String> {
        let open: u64 = self.tallies.values().map(|tally| tally.open.load(Relaxed)).sum();
        if open > 0 { Err(format!("the back ends still have {open} connections")) } else { Ok(self.counts()) }
    }
}

async fn serve(listener: TcpListener, tally: Arc<Tally>) {
    let mut open = JoinSet::new();
    loop {
        while open.try_join_next().is_some() {}
        if let Ok((connection, _)) = listener.accept().await {
            let tally = tally.clone();
            tally.open.fetch_add(1, Relaxed);
            open.spawn(async move {
                // A connection that is reset ends with an error; what was counted until then stays counted.
                _ = answer(connection, &tally).await;
                tally.open.fetch_sub(1, Relaxed);
            });
        }
    }
}

/// Reads to the end, and sends meanwhile as many bytes as the first word asks for.
async fn answer(mut connection: TcpStream, tally: &Tally) -> io::Result<()> {
    let mut word = [0; WORD];
    let mut filled = 0;
    while filled < WORD {
        match connection.read(&mut word[filled..]).await? {
            0 => return Ok(()),
            count => {
                filled += count;
                tally.read.fetch_add(count as u64, Relaxed);
            }
        }
    }
    let mut left = u64::from_be_bytes(word);
    let (mut read, mut write) = connection.into_split();
    let sending = async {
        let chunk = [9; CHUNK];
        while left > 0 {
            let taken = write.write(&chunk[..left.min(CHUNK as u64) as usize]).await?;
            tally.written.fetch_add(taken as u64, Relaxed);
            left -= taken as u64;
        }
        write.shutdown().await
    };
    let reading = async {
        let mut buffer = vec![0; CHUNK];
        loop {
            match read.read(&mut buffer).await? {
                0 => return io::Result::Ok(()),
                count => tally.read.fetch_add(count as u64, Relaxed),
            };
        }
    };
    // Each goes on when the other has failed: what is still to be read has been delivered.
    let (sent, received) = tokio::join!(sending, reading);
    sent.and(received)
}
