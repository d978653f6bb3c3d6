//! The ends of calls through this crate's layers.

use testkit::grpc::ping::{Ending, PingRequest, ending, failing, well};
use tokio::net::TcpListener;
use tokio_stream::{StreamExt, iter};
use tonic::Code;

use crate::Counts;
use crate::scrape;
use crate::support::{Client, Fixture};

/// The names of the metrics: handled is separate.
const COUNTERS: [&str; 3] = ["started_total", "msg_received_total", "msg_sent_total"];
const CODES: [&str; 4] = ["Canceled", "FailedPrecondition", "OK", "Unavailable"];

fn two_replies(end: Ending) -> PingRequest {
    PingRequest { count: 2, ..ending(end) }
}

pub(crate) async fn run() -> Counts {
    let mut counts = Counts::new();
    let mut record = |scenario: &str, fixture: &Fixture, sides: &[&str]| {
        for side in sides {
            counts.insert((scenario.to_owned(), (*side).to_owned()), read(fixture, side));
        }
    };
    const BOTH: &[&str] = &["server", "client"];

    let fixture = Fixture::start().await;
    fixture.client().ping(well()).await.expect("a reply");
    record("unary ok", &fixture, BOTH);

    let fixture = Fixture::start().await;
    fixture.client().ping(failing(Code::FailedPrecondition)).await.expect_err("a failure");
    record("unary failed", &fixture, BOTH);

    let fixture = Fixture::start().await;
    let mut client = fixture.client();
    let call = tokio::spawn(async move { client.ping(ending(Ending::Hang)).await });
    fixture.wait_for("server_msg_received_total", "Ping", 1.0).await;
    call.abort();
    fixture.wait_for_handled("server", "Ping", "Canceled", 1.0).await;
    fixture.wait_for_handled("client", "Ping", "Canceled", 1.0).await;
    record("unary canceled", &fixture, BOTH);

    let mut fixture = Fixture::start().await;
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    fixture.address = free.local_addr().expect("address");
    drop(free);
    fixture.client().ping(well()).await.expect_err("refused");
    record("unary refused", &fixture, &["client"]);

    let fixture = Fixture::start().await;
    let mut client = fixture.client();
    for call in 0..105 {
        let request = if call < 5 { failing(Code::FailedPrecondition) } else { well() };
        let _ = client.ping(request).await;
    }
    record("105 unary, 5 failed", &fixture, BOTH);

    for (scenario, end) in [("server stream ok", Ending::Well), ("server stream failed", Ending::Failure)] {
        let fixture = Fixture::start().await;
        let replies = fixture.client().ping_list(two_replies(end)).await.expect("a stream");
        replies.into_inner().collect::<Vec<_>>().await;
        record(scenario, &fixture, BOTH);
    }
    record("server stream left", &leave(Ending::Hang, 1, "Canceled").await, BOTH);
    record("server stream not read", &leave(Ending::Well, 2, "OK").await, BOTH);

    let fixture = Fixture::start().await;
    fixture.client().ping_client_stream(iter([well(), well(), well()])).await.expect("a reply");
    record("client stream ok", &fixture, BOTH);

    let fixture = Fixture::start().await;
    let replies = fixture.client().ping_stream(iter([well(), well()])).await.expect("a stream");
    replies.into_inner().collect::<Vec<_>>().await;
    record("bidi stream ok", &fixture, BOTH);
    counts
}

/// Reads some of two replies and leaves the call, whose end on the server has this code.
async fn leave(end: Ending, replies: usize, server_code: &str) -> Fixture {
    let fixture = Fixture::start().await;
    let mut client: Client = fixture.client();
    let mut stream = client.ping_list(two_replies(end)).await.expect("a stream").into_inner();
    for _ in 0..replies {
        stream.next().await.expect("a reply").expect("no error");
    }
    fixture.wait_for("server_msg_sent_total", "PingList", 2.0).await;
    if server_code == "OK" {
        fixture.wait_for_handled("server", "PingList", server_code, 1.0).await;
    }
    drop(stream);
    fixture.wait_for_handled("server", "PingList", server_code, 1.0).await;
    fixture
}

fn read(fixture: &Fixture, side: &str) -> String {
    let page = scrape::Page::of(&fixture.registry);
    let sum = |name: &str| page.sum(&format!("grpc_{side}_{name}"), &[]);
    let codes =
        CODES.map(|code| (code, page.sum(&format!("grpc_{side}_handled_total"), &[("grpc_code", code)])));
    let handled: Vec<String> = codes
        .iter()
        .filter(|(_, count)| *count > 0.0)
        .map(|(code, count)| format!("{code}={count}"))
        .collect();
    let [started, received, sent] = COUNTERS.map(sum);
    format!("{started}|{}|{received}|{sent}", handled.join(" "))
}
