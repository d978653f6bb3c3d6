//! Echoes through Envoy's edge: a steady, bounded stream of them, or an exact number.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::Semaphore,
    task::{JoinHandle, JoinSet},
    time::MissedTickBehavior,
};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::fetch::{Fetch, FetchError};

/// Echoes that may wait for an answer at one time; a stopped server must not pile them up.
const IN_FLIGHT: usize = 100;

/// A steady stream of echoes that ends when this is dropped.
#[derive(Debug)]
pub struct Traffic {
    stop: DropGuard,
    sending: JoinHandle<()>,
}

impl Traffic {
    /// Starts `rate` echoes a second at `edge`, whatever they answer.
    pub fn start(fetch: Fetch, edge: &str, rate: u32) -> Self {
        let stop = CancellationToken::new();
        let url = format!("{edge}/echo?m=traffic");
        let sending = tokio::spawn(send_steadily(fetch, url, rate, stop.clone()));
        Self { stop: stop.drop_guard(), sending }
    }

    /// Sends no more, and waits for the answers: a call that is cut off would count as canceled.
    pub async fn stop(self) {
        drop(self.stop);
        // It ends by itself; a panic in it has been printed.
        _ = self.sending.await;
    }
}

async fn send_steadily(fetch: Fetch, url: String, rate: u32, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut waiting = JoinSet::new();
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        while waiting.try_join_next().is_some() {}
        if waiting.len() < IN_FLIGHT {
            let request = fetch.get(&url);
            waiting.spawn(async move { request.bytes().await.is_ok() });
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
