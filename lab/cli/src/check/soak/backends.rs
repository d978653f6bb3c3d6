//! The soak test's backends: listeners in this process that count their bytes.

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

use crate::table::Failure;

/// Bytes per write and read.
const CHUNK: usize = 32 << 10;

/// The counts of one listener.
#[derive(Debug, Default)]
struct Tally {
    open: AtomicU64,
    read: AtomicU64,
    written: AtomicU64,
}

/// The listeners; dropping this closes them.
#[derive(Debug)]
pub(super) struct Backends {
    tallies: BTreeMap<u16, Arc<Tally>>,
    _listening: JoinSet<()>,
}

impl Backends {
    /// Listens on `count` free ports.
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

    /// The counts so far.
    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (port, tally) in &self.tallies {
            let (up, down) = (tally.read.load(Relaxed), tally.written.load(Relaxed));
            counts.up += up;
            counts.down += down;
            counts.by_port.insert(*port, [up, down]);
        }
        counts
    }

    /// The counts, if no connection is open.
    pub(super) fn drained_counts(&self) -> Result<Counts, Failure> {
        let open: u64 = self.tallies.values().map(|tally| tally.open.load(Relaxed)).sum();
        if open > 0 {
            Err(format!("the backends still have {open} connections").into())
        } else {
            Ok(self.counts())
        }
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
                // A reset connection ends with an error; its bytes stay counted.
                _ = handle(connection, &tally).await;
                tally.open.fetch_sub(1, Relaxed);
            });
        }
    }
}

/// Reads until the client closes, and sends the number of bytes that the client's first word requests.
async fn handle(mut connection: TcpStream, tally: &Tally) -> io::Result<()> {
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
    let mut remaining = u64::from_be_bytes(word);
    let (mut read, mut write) = connection.into_split();
    let sending = async {
        let chunk = [9; CHUNK];
        while remaining > 0 {
            let taken = write.write(&chunk[..remaining.min(CHUNK as u64) as usize]).await?;
            tally.written.fetch_add(taken as u64, Relaxed);
            remaining -= taken as u64;
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
    // Each direction continues after the other fails: bytes that can still be read have been delivered.
    let (sent, received) = tokio::join!(sending, reading);
    sent.and(received)
}
