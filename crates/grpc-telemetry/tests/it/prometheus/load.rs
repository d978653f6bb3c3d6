//! Under concurrent calls that end in random ways, every call that starts is handled on both sides.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio_stream::StreamExt;
use tonic::Request;

use super::scrape::Page;
use super::support::{Client, Fixture};
use testkit::grpc::ping::{Ending, PingRequest, ending};

const CALLS: u64 = 600;
/// Few enough that most calls make progress before their timeout.
const CONCURRENT_CALLS: usize = 30;
const METHODS: [&str; 4] = ["Ping", "PingList", "PingStream", "PingClientStream"];

/// A deterministic random number generator (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

async fn call(mut client: Client, mut random: Random) {
    let end = [Ending::Well, Ending::Failure, Ending::Panic, Ending::Hang][random.below(4) as usize];
    let request = PingRequest { count: random.below(4) as u32, ..ending(end) };
    let requests = tokio_stream::iter(vec![ending(Ending::Well), request.clone()]);
    let timeout = Duration::from_millis(random.below(30));
    let reads = random.below(4);
    let mut deadline = Request::new(request.clone());
    if random.below(2) == 0 {
        deadline.set_timeout(Duration::from_millis(1 + random.below(20)));
    }
    // The results do not matter, only the counts.
    let whole = async {
        match random.below(4) {
            0 => drop(client.ping(deadline).await),
            1 => {
                if let Ok(replies) = client.ping_list(deadline).await {
                    let mut replies = replies.into_inner();
                    for _ in 0..reads {
                        let _ = replies.message().await;
                    }
                }
            }
            2 => {
                let endless = requests.chain(tokio_stream::pending());
                if let Ok(replies) = client.ping_stream(endless).await {
                    let mut replies = replies.into_inner();
                    for _ in 0..reads {
                        let _ = replies.message().await;
                    }
                }
            }
            _ => drop(client.ping_client_stream(requests).await),
        }
    };
    let _ = tokio::time::timeout(timeout, whole).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_started_call_is_handled() {
    let mut fixture = Fixture::start().await;
    let shared = fixture.client();
    let mut calls = JoinSet::new();
    for seed in 1..=CALLS {
        // Some calls have a connection of their own, which closes with them.
        let client = if seed % 5 == 0 { fixture.client() } else { shared.clone() };
        calls.spawn(call(client, Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))));
        if calls.len() == CONCURRENT_CALLS {
            calls.join_next().await;
            assert_handled_at_most_started(&fixture);
        }
    }
    while calls.join_next().await.is_some() {}
    drop(shared);
    // The calls that the server still handles end while its runtime shuts down.
    fixture.kill_server();
    let start = Instant::now();
    while let Err(imbalance) = check_balance(&Page::of(&fixture.registry)) {
        assert!(start.elapsed() < Duration::from_secs(20), "{imbalance}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for side in ["server", "client"] {
        let total = Page::of(&fixture.registry).sum(&format!("grpc_{side}_started_total"), &[]);
        assert!(total > CALLS as f64 / 4.0, "only {total} calls reached the {side}");
    }
}

/// Fails unless every call that started was handled and timed.
fn check_balance(page: &Page) -> Result<(), String> {
    for side in ["server", "client"] {
        for method in METHODS {
            let sum = |name: &str| page.sum(&format!("grpc_{side}_{name}"), &[("grpc_method", method)]);
            let [started, handled, timed] = ["started_total", "handled_total", "handling_seconds"].map(sum);
            if started != handled || started != timed {
                return Err(format!("{side} {method}: {started} started, {handled} handled, {timed} timed"));
            }
        }
    }
    Ok(())
}

/// Asserts that a scrape has no more calls handled than started.
fn assert_handled_at_most_started(fixture: &Fixture) {
    let page = Page::of(&fixture.registry);
    let sum = |name: &str, method: &str| page.sum(name, &[("grpc_method", method)]);
    for side in ["server", "client"] {
        for method in METHODS {
            let handled = sum(&format!("grpc_{side}_handled_total"), method);
            let started = sum(&format!("grpc_{side}_started_total"), method);
            assert!(handled <= started, "{side} {method}: {handled} handled of {started}");
        }
    }
}
