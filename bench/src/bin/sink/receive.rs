//! Compares how many families per CPU-second the sinks receive, from the socket to the store.

use bytes::Bytes;
use cpu_time::{ProcessTime, ThreadTime};
use kit::shutdown::CancellationToken;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::{TURNS, client, data, median, ours, peer};

/// Flushes per turn.
const FLUSHES: usize = 20;

#[derive(Clone, Copy)]
enum Side {
    Ours,
    Peer,
}

/// Families per CPU-second, ours and the peer's: medians of the turns. CPU time is that of this process, client included.
pub(crate) fn compare() -> anyhow::Result<[f64; 2]> {
    let flushes: Vec<_> = [0, 1].map(|flush| Bytes::from(data::flush(flush))).into();
    let mut rates = [Vec::new(), Vec::new()];
    for _ in 0..TURNS {
        for (side, rates) in [Side::Ours, Side::Peer].into_iter().zip(&mut rates) {
            rates.push(turn(side, &flushes)?);
        }
    }
    Ok(rates.map(median))
}

fn turn(side: Side, flushes: &[Bytes]) -> anyhow::Result<f64> {
    let runtime = Runtime::new()?;
    let rate = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let server = match side {
            Side::Ours => tokio::spawn(ours::serve(listener, stop.clone())),
            Side::Peer => tokio::spawn(peer::serve(listener, stop.clone())),
        };
        // The first flush creates the series. The measurement is of the steady state.
        client::send(address, flushes.to_vec()).await?;
        let start = ProcessTime::now();
        client::send(address, flushes.iter().cycle().take(FLUSHES).cloned().collect()).await?;
        let rate = (FLUSHES * data::FAMILIES) as f64 / start.elapsed().as_secs_f64();
        stop.cancel();
        server.await??;
        anyhow::Ok(rate)
    })?;
    Ok(rate)
}

/// Families per CPU-second without the network: one thread parses and applies flushes from memory.
pub(crate) fn store_alone() -> f64 {
    let flushes = [0, 1].map(data::flush);
    let (_store, stream) = ours::store();
    ours::apply(&stream, &flushes[0]);
    let rates = (0..TURNS * 4).map(|turn| {
        let start = ThreadTime::now();
        ours::apply(&stream, &flushes[turn % 2]);
        data::FAMILIES as f64 / start.elapsed().as_secs_f64()
    });
    median(rates.collect())
}
