//! The event stream: its content, the maximum number of streams, and their end.

use std::collections::BTreeSet;
use std::time::Duration;

use kit::shutdown::Drained;
use reqwest::Response;
use testkit::eventually;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Live;
use crate::support::{Console, Files, TIMEOUT, problem_of};

#[tokio::test]
async fn a_new_listener_gets_the_latest_snapshot_of_every_feed() {
    let live = Live::start().await;
    let mut first = live.listen().await;
    first.until("map", |_| true).await;
    let mut second = live.listen().await;
    let mut kinds = BTreeSet::new();
    while kinds.len() < 5 {
        kinds.insert(second.next().await.unwrap().0);
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["alerts", "faults", "mails", "map", "sources"]);
}

/// A stream, or the refusal, of a client at `127.0.0.LAST` that a proxy reports as `forwarded_for`.
async fn stream_from(live: &Live, last: u8, forwarded_for: Option<&str>) -> Response {
    let client = reqwest::Client::builder().no_proxy().local_address(Some([127, 0, 0, last].into()));
    let mut request = client.build().unwrap().get(live.web.running.url("/api/events"));
    if let Some(address) = forwarded_for {
        request = request.header("x-forwarded-for", address);
    }
    request.send().await.unwrap()
}

async fn refusal(response: Response) -> String {
    let (status, problem) = problem_of(response).await;
    assert_eq!(status, 503);
    problem["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn limits_the_streams_of_all_clients_to_32() {
    let live = Live::start().await;
    let mut streams = Vec::new();
    for last in 1..=4 {
        for _ in 0..8 {
            streams.push(stream_from(&live, last, None).await);
        }
    }
    assert!(streams.iter().all(|stream| stream.status() == 200));
    assert_eq!(refusal(stream_from(&live, 5, None).await).await, "32 event streams are open already");
    assert_eq!(live.web.scrape().await.value("console_event_streams", &[]), 32.0);
    streams.pop();
    eventually(TIMEOUT, async || stream_from(&live, 5, None).await.status() == 200).await;
}

#[tokio::test]
async fn one_client_leaves_streams_for_others_and_so_does_one_address() {
    let live = Live::start().await;
    let mut streams = Vec::new();
    for client in ["10.0.0.1", "10.0.0.2", "10.0.0.3"] {
        for _ in 0..8 {
            streams.push(stream_from(&live, 1, Some(client)).await);
        }
        let detail = refusal(stream_from(&live, 1, Some(client)).await).await;
        if streams.len() < 24 {
            assert_eq!(detail, "8 event streams of this client are open already");
        }
    }
    let detail = refusal(stream_from(&live, 1, Some("10.0.0.4")).await).await;
    assert_eq!(detail, "24 event streams from this address are open already");
    assert_eq!(stream_from(&live, 2, None).await.status(), 200);
    // A refused stream takes no slot.
    assert_eq!(live.web.get("/api/lab").await.status(), 200);
}

/// Reads until the server closes the connection.
async fn read_to_end(mut socket: TcpStream) -> String {
    let mut response = Vec::new();
    // A connection that is reset is closed as well.
    let read = timeout(TIMEOUT, socket.read_to_end(&mut response)).await;
    _ = read.expect("the server closes the connection");
    String::from_utf8_lossy(&response).into_owned()
}

#[tokio::test]
async fn idle_sockets_slow_headers_and_slow_bodies_are_closed() {
    let short = Duration::from_millis(200);
    let web = Console::with(Files::new(), |config| {
        let timeouts = &mut config.http.timeouts;
        (timeouts.idle, timeouts.header, timeouts.body) = (short, short, short);
    })
    .await;
    let host = web.running.addr();
    let unfinished_body = format!(
        "POST /api/dashboards/x/data HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{{"
    );
    for (sent, expected) in
        [("", ""), ("GET /api/events HTTP/1.1\r\nhost:", ""), (&*unfinished_body, "HTTP/1.1 408")]
    {
        let mut socket = TcpStream::connect(host).await.unwrap();
        socket.write_all(sent.as_bytes()).await.unwrap();
        let response = read_to_end(socket).await;
        assert!(response.starts_with(expected), "{sent:?}: {response:?}");
    }
    // An event stream is not idle.
    assert_eq!(web.get("/api/events").await.status(), 200);
}

#[tokio::test]
async fn streams_end_at_shutdown() {
    let live = Live::start().await;
    let mut stream = live.listen().await;
    stream.until("map", |_| true).await;
    let drained = live.web.running.stop().await.unwrap();
    assert!(matches!(drained, Drained::Completed(_)), "{drained:?}");
    while stream.next().await.is_some() {}
}
