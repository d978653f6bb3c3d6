//! What a page in the making holds back, and for how long.

use std::time::Duration;

use metrics_sink::store::{Expired, Stream};
use metrics_sink::wire::Message;
use prost::Message as _;
use testkit::eventually;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

use crate::support::messages::{gauge, next};
use crate::support::store::{BYTES, nodes, open};
use crate::support::{PATIENCE, Sink};

/// Flushes so many series, whose names begin with `name`.
fn flush(stream: &Stream, name: &str, series: usize) {
    stream.flushed().unwrap();
    let families = (0..series).map(|at| gauge(&format!("{name}{at}"), &[("a", "b")], 1.0)).collect();
    stream.apply(Message::new(&next(families).encode_to_vec())).unwrap();
}

#[tokio::test]
async fn pages_that_are_not_read_make_nobody_hold_more_than_the_limit() {
    let nodes = nodes(Duration::from_secs(60));
    let stream = open(&nodes);
    flush(&stream, "kept", 200);
    let mut pages = Vec::new();
    for name in ["gone", "too", "as well"] {
        flush(&stream, name, 200);
        pages.push(nodes.page());
        let names = name.replace(' ', "_");
        eventually(PATIENCE, async || {
            flush(&stream, "kept", 200);
            nodes.forget_old();
            assert!(nodes.budget().bytes() <= BYTES, "{}", nodes.budget().bytes());
            !text(nodes.page()).contains(&names)
        })
        .await;
    }
    for page in pages {
        assert_eq!(text(page).matches("envoy_kept").count(), 2 * 200);
    }
    nodes.forget_old();
    assert_eq!(nodes.budget().series(), 200);
    assert_eq!(text(nodes.page()).matches("envoy_kept").count(), 2 * 200);
}

#[tokio::test]
async fn a_page_that_is_not_read_in_time_ends_and_frees_what_it_held() {
    let nodes = nodes(Duration::ZERO);
    let stream = open(&nodes);
    flush(&stream, "n", 200);
    let mut page = nodes.page();
    nodes.forget_old();
    assert_eq!(page.next(), Some(Err(Expired)));
    eventually(PATIENCE, async || {
        nodes.forget_old();
        nodes.budget().bytes() == 0
    })
    .await;
}

fn text(page: metrics_sink::store::Page) -> String {
    let pieces = page.map(|piece| String::from_utf8(piece.expect("in time").to_vec()).expect("UTF-8"));
    pieces.collect()
}

#[tokio::test]
async fn readers_that_do_not_read_are_limited() {
    let sink = Sink::start(&["--max-label=64KiB", "--max-message=64MiB", "--max-buffered=64MiB"]).await;
    let stream = sink.stream().await;
    // More than what the sockets' buffers take.
    let value = "x".repeat(60_000);
    let names: Vec<_> = (0..400).map(|at| format!("n{at}")).collect();
    let families = names.iter().map(|name| gauge(name, &[("a", &value)], 1.0)).collect();
    stream.send(&crate::support::messages::first("e", families)).await;
    sink.has_taken(1).await;
    let mut readers = Vec::new();
    for _ in 0..8 {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let mut reader = socket.connect(sink.http()).await.unwrap();
        reader.write_all(b"GET /envoy/metrics HTTP/1.1\r\nHost: sink\r\n\r\n").await.unwrap();
        let mut head = [0; 12];
        reader.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 200");
        readers.push(reader);
    }
    let address = format!("http://{}/envoy/metrics", sink.http());
    assert_eq!(reqwest::get(&address).await.unwrap().status(), 503);
    readers.pop();
    eventually(PATIENCE, async || reqwest::get(&address).await.unwrap().status() == 200).await;
}
