//! Scrapes of a service that is started and stopped, and of invalid responses.

use std::time::Duration;

use testkit::{Scrape, ScrapeError, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Responds to every request with this content type and body.
async fn run(
    listener: TcpListener,
    shutdown: CancellationToken,
    content_type: &'static str,
    body: &'static str,
) -> std::io::Result<()> {
    loop {
        let (mut stream, _) = tokio::select! {
            accepted = listener.accept() => accepted?,
            () = shutdown.cancelled() => return Ok(()),
        };
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).await?;
        let len = body.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {len}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(format!("{head}{body}").as_bytes()).await?;
    }
}

const TEXT: &str = "text/plain; version=0.0.4";

#[tokio::test]
async fn reads_values_and_sums() {
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
async fn an_ambiguous_value_panics_with_the_series_of_that_name() {
    let service = testkit::start(|l, s| run(l, s, TEXT, "a{x=\"1\"} 2\na{x=\"2\"} 3\n")).await;
    let _ = Scrape::get(service.url("/metrics")).await.value("a", &[]);
}

#[tokio::test]
async fn rejects_another_format_and_an_invalid_exposition() {
    let service = testkit::start(|l, s| run(l, s, "application/json", "{}")).await;
    let error = Scrape::try_get(&service.url("/")).await.unwrap_err();
    assert!(matches!(&error, ScrapeError::ContentType(it) if it == "application/json"), "{error}");

    let service = testkit::start(|l, s| run(l, s, TEXT, "a 1\na 2\n")).await;
    let error = Scrape::try_get(&service.url("/")).await.unwrap_err();
    assert!(matches!(&error, ScrapeError::Exposition(it) if it.line == 2), "{error}");
}

#[tokio::test]
#[should_panic(expected = "tests/it/scrape.rs")]
async fn a_timeout_panics_with_the_callers_line() {
    eventually(Duration::from_millis(20), async || false).await;
}
