//! Many calls at once, ending in every way, are counted exactly, and every scrape meanwhile is whole.

use std::sync::Arc;

use testkit::grpc::ping::{Ending, PingRequest, TestServiceClient, ending, well};
use tokio::task::JoinSet;
use tonic::transport::Channel;

use super::support::{Lab, counts};

const CALLERS: u32 = 16;
/// Of each caller, for each way to end.
const ROUNDS: u32 = 10;

/// One call of each way to end, on each of two methods.
async fn round(client: &mut TestServiceClient<Channel>) {
    client.ping(well()).await.expect("a reply");
    client.ping(ending(Ending::Failure)).await.expect_err("a failure");
    client.ping(ending(Ending::Panic)).await.expect_err("a panic");
    for how in [Ending::Well, Ending::Failure, Ending::Panic, Ending::Hang] {
        let list = PingRequest { count: 3, ..ending(how) };
        let mut replies = client.ping_list(list).await.expect("a stream").into_inner();
        for _ in 0..3 {
            if replies.message().await.is_err() {
                // A panic may overtake what was sent before it.
                assert_eq!(how, Ending::Panic);
                break;
            }
        }
        if how != Ending::Hang {
            while let Ok(Some(_)) = replies.message().await {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_are_counted_exactly_while_others_scrape() {
    let lab = Arc::new(Lab::start().await);
    let shared = lab.client();
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let mut client = if caller % 2 == 0 { shared.clone() } else { lab.client() };
        let lab = Arc::clone(&lab);
        callers.spawn(async move {
            for _ in 0..ROUNDS {
                let before = lab.page();
                round(&mut client).await;
                let after = lab.page();
                for method in ["TestService.Ping", "TestService.PingList"] {
                    let (before, after) = (counts(&before, method), counts(&after, method));
                    assert!(
                        before.0 <= after.0 && before.1 <= after.1,
                        "{method}: {after:?} after {before:?}"
                    );
                }
            }
        });
    }
    while let Some(done) = callers.join_next().await {
        done.expect("a caller");
    }
    let each = f64::from(CALLERS * ROUNDS);
    lab.see("Ping", each, 2.0 * each).await;
    lab.see("PingList", each, 3.0 * each).await;
}
