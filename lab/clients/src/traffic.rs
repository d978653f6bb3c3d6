//! Traffic through the lab's front doors: steady, bounded streams of requests, or an exact number of echoes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    sync::Semaphore,
    task::{JoinHandle, JoinSet},
    time::MissedTickBehavior,
};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    Parts,
    fetch::{Fetch, FetchError, Request},
    tutorial::{Chosen, Tutorial},
};

/// Requests of one stream that may wait for an answer at one time; a stopped server must not pile them up.
const IN_FLIGHT: usize = 100;

/// What flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Echoes through the edge.
    Echoes,
    /// Orders through the edge.
    Orders,
    /// Requests to the hello servers through the balancer, each on a connection of its own.
    Hellos,
    /// The same, with answers that take a second.
    SlowHellos,
}

impl Stream {
    /// What the chosen tutorials are about.
    pub fn of(chosen: Chosen) -> Vec<Self> {
        let of = [
            (Tutorial::Echo, Self::Echoes),
            (Tutorial::Order, Self::Orders),
            (Tutorial::Balancer, Self::Hellos),
        ];
        of.into_iter().filter(|(tutorial, _)| chosen.has(*tutorial)).map(|(_, stream)| stream).collect()
    }

    /// Requests a second: enough for a rate over a few seconds.
    pub fn rate(self) -> u32 {
        match self {
            Self::Echoes => 20,
            Self::Orders | Self::Hellos | Self::SlowHellos => 10,
        }
    }

    /// As it is told.
    pub fn name(self) -> &'static str {
        match self {
            Self::Echoes => "echoes",
            Self::Orders => "orders",
            Self::Hellos => "hellos",
            Self::SlowHellos => "slow hellos",
        }
    }

    /// The expression that has a value while Prometheus sees it succeed.
    pub fn seen(self) -> &'static str {
        match self {
            Self::Echoes => {
                r#"sum(rate(grpc_client_handled_total{job="web-client",grpc_service="proto.EchoService",grpc_code="OK"}[3s])) > 0"#
            }
            Self::Orders => {
                r#"sum(rate(micro_request_total{job="order-service",method="Order.Create",status="success"}[3s])) > 0"#
            }
            Self::Hellos | Self::SlowHellos => {
                r#"sum(rate(gobetween_backend_rx_bytes_total{job="tcp-balancer",server="hello"}[3s])) > 0"#
            }
        }
    }

    /// One request of it.
    pub fn request(self, parts: &Parts) -> Request {
        let settings = &parts.settings;
        let hello = |path: &str| {
            // The balancer shares out connections, not requests.
            parts.fetch.get(&format!("http://{}{path}", settings.balancer)).header("connection", "close")
        };
        match self {
            Self::Echoes => parts.fetch.get(&format!("{}/echo?m=traffic", settings.edge)),
            Self::Orders => parts.orders.place("traffic"),
            Self::Hellos => hello("/"),
            Self::SlowHellos => hello("/slow?ms=1000"),
        }
    }
}

/// What has become of a stream's requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Begun; all of them have ended once the stream has stopped.
    pub sent: u64,
    /// Ended without a 2xx answer.
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

/// A steady stream of requests that ends when this is dropped.
#[derive(Debug)]
pub struct Traffic {
    stop: DropGuard,
    sending: JoinHandle<()>,
    tally: Arc<Tally>,
}

impl Traffic {
    /// Starts the stream, whatever is answered.
    pub fn start(parts: &Parts, stream: Stream) -> Self {
        let stop = CancellationToken::new();
        let tally = Arc::<Tally>::default();
        let sending = tokio::spawn(send_steadily(parts.clone(), stream, stop.clone(), tally.clone()));
        Self { stop: stop.drop_guard(), sending, tally }
    }

    /// So far.
    pub fn counts(&self) -> Counts {
        self.tally.counts()
    }

    /// Sends no more, and waits for the answers: a call that is cut off would count as canceled.
    pub async fn stop(self) -> Counts {
        drop(self.stop);
        // It ends by itself; a panic in it has been printed.
        _ = self.sending.await;
        self.tally.counts()
    }
}

/// Ends all of them.
pub async fn stop_all(traffic: Vec<Traffic>) {
    for one in traffic {
        one.stop().await;
    }
}

async fn send_steadily(parts: Parts, stream: Stream, stop: CancellationToken, tally: Arc<Tally>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / stream.rate());
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut waiting = JoinSet::new();
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        while waiting.try_join_next().is_some() {}
        if waiting.len() < IN_FLIGHT {
            let request = stream.request(&parts);
            let tally = tally.clone();
            tally.sent.fetch_add(1, Relaxed);
            waiting.spawn(async move {
                if request.bytes().await.is_err() {
                    tally.failed.fetch_add(1, Relaxed);
                }
            });
        }
    }
    waiting.join_all().await;
}

/// Sends exactly `count` echoes, a few at a time, and returns how many were answered with their own message.
///
/// An error names the first that was not.
pub async fn send(fetch: &Fetch, edge: &str, count: usize) -> Result<usize, String> {
    let at_once = Arc::new(Semaphore::new(8));
    let mut sending = JoinSet::new();
    for number in 0..count {
        let request = fetch.get(&format!("{edge}/echo?m=check-{number}"));
        let at_once = at_once.clone();
        sending.spawn(async move {
            let _turn = at_once.acquire().await;
            echoed(request.text().await, number)
        });
    }
    let mut answered = 0;
    while let Some(result) = sending.join_next().await {
        result.map_err(|error| error.to_string())??;
        answered += 1;
    }
    Ok(answered)
}

fn echoed(answer: Result<String, FetchError>, number: usize) -> Result<(), String> {
    let expected = format!("Response: echo check-{number}");
    match answer {
        Ok(text) if text.trim() == expected => Ok(()),
        Ok(text) => Err(format!("echo {number} answered {text:?}")),
        Err(error) => Err(error.to_string()),
    }
}
