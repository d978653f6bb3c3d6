//! The load generator: steady streams of requests, or an exact number of echoes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use catalog::Stream;
use clients::{
    Clients,
    fetch::{Fetch, FetchError, Request},
};
use tokio::{
    sync::Semaphore,
    task::{JoinHandle, JoinSet},
    time::MissedTickBehavior,
};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Requests of one stream in flight. At the limit, requests are skipped, so that they do not pile up behind a stopped server.
const MAX_IN_FLIGHT: usize = 100;
/// Requests of [`send_echoes`] in flight.
pub const CONCURRENT_ECHOES: usize = 8;

/// One request of the stream.
pub fn request(clients: &Clients, stream: Stream) -> Request {
    let hello = |path: &str| {
        // The balancer distributes connections, not requests.
        clients
            .fetch
            .get(&format!("http://{}{path}", clients.settings.balancer))
            .header("connection", "close")
    };
    match stream {
        Stream::Echoes => clients.fetch.get(&format!("{}/echo?m=traffic", clients.settings.edge)),
        Stream::Orders => clients.orders.place("traffic"),
        Stream::Hellos => hello("/"),
        Stream::SlowHellos => hello("/slow?ms=1000"),
    }
}

/// Requests of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests sent.
    pub sent: u64,
    /// Requests that ended without a 2xx response.
    pub failed: u64,
}

#[derive(Debug, Default)]
struct Tally {
    sent: AtomicU64,
    failed: AtomicU64,
}

impl Tally {
    fn counts(&self) -> Counts {
        Counts { sent: self.sent.load(Relaxed), failed: self.failed.load(Relaxed) }
    }
}

/// A running stream of requests; dropping it stops the stream.
#[derive(Debug)]
pub struct Generator {
    stop: DropGuard,
    sending: JoinHandle<()>,
    tally: Arc<Tally>,
}

impl Generator {
    /// Starts the stream. It continues when requests fail.
    pub fn start(clients: &Clients, stream: Stream) -> Self {
        let stop = CancellationToken::new();
        let tally = Arc::<Tally>::default();
        let sending = tokio::spawn(send_steadily(clients.clone(), stream, stop.clone(), tally.clone()));
        Self { stop: stop.drop_guard(), sending, tally }
    }

    /// The requests so far.
    pub fn counts(&self) -> Counts {
        self.tally.counts()
    }

    /// Stops sending, and waits for all responses, because the services would count aborted calls as canceled.
    pub async fn stop(self) -> Counts {
        drop(self.stop);
        // The only error is a panic, which has been printed.
        _ = self.sending.await;
        self.tally.counts()
    }
}

/// Stops all streams; see [`Generator::stop`].
pub async fn stop_all(loads: Vec<Generator>) {
    for load in loads {
        load.stop().await;
    }
}

async fn send_steadily(clients: Clients, stream: Stream, stop: CancellationToken, tally: Arc<Tally>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / stream.requests_per_second());
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut in_flight = JoinSet::new();
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        while in_flight.try_join_next().is_some() {}
        if in_flight.len() < MAX_IN_FLIGHT {
            let request = request(&clients, stream);
            let tally = tally.clone();
            tally.sent.fetch_add(1, Relaxed);
            in_flight.spawn(async move {
                if request.bytes().await.is_err() {
                    tally.failed.fetch_add(1, Relaxed);
                }
            });
        }
    }
    in_flight.join_all().await;
}

/// Why an echo failed.
#[derive(Debug, thiserror::Error)]
pub enum EchoError {
    /// The request failed.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The response is not the echo of the message.
    #[error("echo {number} returned {body:?}")]
    Body {
        /// The number in the message.
        number: usize,
        /// The response's body.
        body: String,
    },
    /// A request panicked.
    #[error(transparent)]
    Panicked(#[from] tokio::task::JoinError),
}

/// Sends exactly `count` echoes, [`CONCURRENT_ECHOES`] at a time.
///
/// # Errors
///
/// Returns the first echo that failed. The rest are canceled.
pub async fn send_echoes(fetch: &Fetch, edge: &str, count: usize) -> Result<(), EchoError> {
    let permits = Arc::new(Semaphore::new(CONCURRENT_ECHOES));
    let mut sending = JoinSet::new();
    for number in 0..count {
        let request = fetch.get(&format!("{edge}/echo?m=check-{number}"));
        let permits = permits.clone();
        sending.spawn(async move {
            let _permit = permits.acquire().await;
            check_echo(request.text().await?, number)
        });
    }
    while let Some(result) = sending.join_next().await {
        result??;
    }
    Ok(())
}

fn check_echo(body: String, number: usize) -> Result<(), EchoError> {
    let expected = format!("Response: echo check-{number}");
    if body.trim() == expected { Ok(()) } else { Err(EchoError::Body { number, body }) }
}
