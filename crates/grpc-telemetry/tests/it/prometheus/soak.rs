//! After any mixture of endings, what was started has been handled, on both sides.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio_stream::StreamExt;
use tonic::Request;

use super::scrape::Page;
use super::support::{Client, Lab};
use testkit::grpc::ping::{Ending, PingRequest, ending};

const CALLS: u64 = 600;
/// Calls at a time: few enough that most get somewhere before their caller loses patience.
const AT_A_TIME: usize = 30;
const METHODS: [&str; 4] = ["Ping", "PingList", "PingStream", "PingClientStream"];

/// A reproducible stream of choices (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

async fn call(mut client: Client, mut chance: Chance) {
    let how = [Ending::Well, Ending::Failure, Ending::Panic, Ending::Hang][chance.below(4) as usize];
    let request = PingRequest { count: chance.below(4) as u32, ..ending(how) };
    let requests = tokio_stream::iter(vec![ending(Ending::Well), request.clone()]);
    let patience = Duration::from_millis(chance.below(30));
    let reads = chance.below(4);
    let mut deadline = Request::new(request.clone());
    if chance.below(2) == 0 {
        deadline.set_timeout(Duration::from_millis(1 + chance.below(20)));
    }
    // How a call fails is of no interest here, only that it is counted.
    let whole = async {
        match chance.below(4) {
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
    let _ = tokio::time::timeout(patience, whole).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_started_has_been_handled() {
    let mut lab = Lab::start().await;
    let shared = lab.client();
    let mut calls = JoinSet::new();
    for seed in 1..=CALLS {
        // Some connections go down with their calls.
        let client = if seed % 5 == 0 { lab.client() } else { shared.clone() };
        calls.spawn(call(client, Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))));
        if calls.len() == AT_A_TIME {
            calls.join_next().await;
            assert_never_ahead(&lab);
        }
    }
    while calls.join_next().await.is_some() {}
    drop(shared);
    // What the server still has in hand ends with it, some of it on its way out.
    lab.kill_server();
    let begin = Instant::now();
    while let Err(unbalanced) = balance(&Page::of(&lab.registry)) {
        assert!(begin.elapsed() < Duration::from_secs(20), "{unbalanced}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for side in ["server", "client"] {
        let total = Page::of(&lab.registry).sum(&format!("grpc_{side}_started_total"), &[]);
        assert!(total > CALLS as f64 / 4.0, "only {total} calls reached the {side}");
    }
}

/// Whether all that was started has been handled and timed, or what has not.
fn balance(page: &Page) -> Result<(), String> {
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

/// In no scrape are more calls handled than started.
fn assert_never_ahead(lab: &Lab) {
    let page = Page::of(&lab.registry);
    let sum = |name: &str, method: &str| page.sum(name, &[("grpc_method", method)]);
    for side in ["server", "client"] {
        for method in METHODS {
            let handled = sum(&format!("grpc_{side}_handled_total"), method);
            let started = sum(&format!("grpc_{side}_started_total"), method);
            assert!(handled <= started, "{side} {method}: {handled} handled of {started}");
        }
    }
}
