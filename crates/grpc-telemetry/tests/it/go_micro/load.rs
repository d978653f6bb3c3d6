//! Concurrent calls that end in every way are counted exactly, and scrapes in between are consistent.

use std::sync::Arc;

use testkit::grpc::ping::{Ending, PingRequest, TestServiceClient, ending, well};
use tokio::task::JoinSet;
use tonic::transport::Channel;

use super::support::{Fixture, counts};

const CALLERS: u32 = 16;
/// The number of rounds per caller.
const ROUNDS: u32 = 10;

/// Makes one call for each way to end, of each of two methods.
async fn round(client: &mut TestServiceClient<Channel>) {
    client.ping(well()).await.expect("a response");
    client.ping(ending(Ending::Failure)).await.expect_err("a failure");
    client.ping(ending(Ending::Panic)).await.expect_err("a panic");
    for end in [Ending::Well, Ending::Failure, Ending::Panic, Ending::Hang] {
        let list = PingRequest { count: 3, ..ending(end) };
        let mut replies = client.ping_list(list).await.expect("a stream").into_inner();
        for _ in 0..3 {
            if replies.message().await.is_err() {
                // The reset of a panic may overtake the responses before it.
                assert_eq!(end, Ending::Panic);
                break;
            }
        }
        if end != Ending::Hang {
            while let Ok(Some(_)) = replies.message().await {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_concurrent_calls_exactly() {
    let fixture = Arc::new(Fixture::start().await);
    let shared = fixture.client();
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let mut client = if caller % 2 == 0 { shared.clone() } else { fixture.client() };
        let fixture = Arc::clone(&fixture);
        callers.spawn(async move {
            for _ in 0..ROUNDS {
                let before = fixture.page();
                round(&mut client).await;
                let after = fixture.page();
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
    fixture.wait_for("Ping", each, 2.0 * each).await;
    fixture.wait_for("PingList", each, 3.0 * each).await;
}
