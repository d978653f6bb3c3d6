//! A service is started, scraped and stopped; a page that is not right is refused.

use std::time::Duration;

use testkit::{Scrape, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Answers every request with this.
async fn run(
    listener: TcpListener,
    shutdown: CancellationToken,
    kind: &'static str,
    page: &'static str,
) -> std::io::Result<()> {
    loop {
        let (mut stream, _) = tokio::select! {
            accepted = listener.accept() => accepted?,
            () = shutdown.cancelled() => return Ok(()),
        };
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).await?;
        let len = page.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(format!("{head}{page}").as_bytes()).await?;
    }
}

const TEXT: &str = "text/plain; version=0.0.4";

#[tokio::test]
async fn reads_values() {
    let service = testkit::start(|l, s| run(l, s, TEXT, "a{x=\"1\"} 2\na{x=\"2\"} 3\n")).await;
    let scrape = Scrape::get(service.url("/metrics")).await;
    assert_eq!(scrape.value("a", &[("x", "2")]).to_bits(), 3.0_f64.to_bits());
    assert_eq!(scrape.sum("a", &[]).to_bits(), 5.0_f64.to_bits());
    assert!(!scrape.has("b", &[]));
    let url = service.url("/metrics");
    service.stop().await.unwrap();
    eventually(Duration::from_secs(5), async || Scrape::try_get(&url).await.is_err()).await;
}

#[tokio::test]
#[should_panic(expected = "a{x=\"2\"} 3")]
async fn a_wrong_claim_is_answered_with_what_there_is() {
    let service = testkit::start(|l, s| run(l, s, TEXT, "a{x=\"1\"} 2\na{x=\"2\"} 3\n")).await;
    let _ = Scrape::get(service.url("/metrics")).await.value("a", &[]);
}

#[tokio::test]
async fn refuses_another_format_and_a_broken_page() {
    let service = testkit::start(|l, s| run(l, s, "application/json", "{}")).await;
    let error = Scrape::try_get(&service.url("/")).await.unwrap_err();
    assert!(error.contains("application/json"), "{error}");

    let service = testkit::start(|l, s| run(l, s, TEXT, "a 1\na 2\n")).await;
    assert_eq!(Scrape::try_get(&service.url("/")).await.unwrap_err(), "line 2: series a stands twice");
}

#[tokio::test]
#[should_panic(expected = "scrapes.rs")]
async fn what_never_happens_is_reported_at_the_tests_line() {
    eventually(Duration::from_millis(20), async || false).await;
}
