//! An invalid message is a 400 problem document and never reaches the server.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{self, Web};

#[tokio::test]
async fn an_invalid_message_is_rejected_with_the_reason() {
    let server = support::echo_server().await;
    let web = Web::of(server.addr()).await;
    let long = format!("/echo?m={}", "x".repeat(4097));
    for (path, reason) in [
        ("/echo", "missing"),
        ("/echo?x=1", "missing"),
        ("/echo?m=", "empty"),
        ("/echo?m=%ff", "not UTF-8"),
        (&long, "4097 bytes; at most 4096"),
    ] {
        let (status, problem) = web.problem(path).await;
        assert_eq!((status, problem["title"].as_str()), (400, Some("Bad Request")));
        assert!(problem["detail"].as_str().unwrap().contains(reason), "{problem}");
    }
    assert!(web.scrape().await.sum("grpc_client_started_total", &[]) < 0.5);

    let longest = web.get(&format!("/echo?m={}", "x".repeat(4096))).await;
    assert_eq!(longest.status(), 200);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_too() {
    let web = Web::of(testkit::listener().await.local_addr().unwrap()).await;
    assert_eq!(web.problem("/nowhere").await.0, 404);
    let post = reqwest::Client::builder().no_proxy().build().unwrap().post(web.running.url("/echo?m=x"));
    let response = post.send().await.unwrap();
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
}

/// The status line for an HTTP/1 request whose query has `len` bytes.
async fn status_of_a_query_of(len: usize, web: &Web) -> String {
    let (mut reply, mut request) = TcpStream::connect(web.running.addr()).await.unwrap().into_split();
    let head = format!("GET /echo?m={} HTTP/1.1\r\nhost: localhost\r\n\r\n", "x".repeat(len));
    // The server may close before it has read everything.
    let sending = tokio::spawn(async move { request.write_all(head.as_bytes()).await });
    let mut start = [0; 12];
    reply.read_exact(&mut start).await.expect("a reply, not a dropped connection");
    sending.abort();
    String::from_utf8(start.into()).unwrap()
}

/// A request head over the server's limits gets a status without a problem document.
#[tokio::test]
async fn an_oversized_address_is_rejected_and_the_service_continues() {
    let server = support::echo_server().await;
    let web = Web::of(server.addr()).await;
    assert_eq!(status_of_a_query_of(100_000, &web).await, "HTTP/1.1 414");
    assert_eq!(status_of_a_query_of(1_000_000, &web).await, "HTTP/1.1 431");
    let http2 = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let long = web.running.url(&format!("/echo?m={}", "x".repeat(60_000)));
    assert_eq!(http2.get(long).send().await.unwrap().status(), 431);

    let escaped = web.running.url(&format!("/echo?m={}", "%41".repeat(4096)));
    assert_eq!(http2.get(&escaped).send().await.unwrap().status(), 200);
    assert_eq!(reqwest::get(&escaped).await.unwrap().status(), 200);
}
