//! The claim that services close the connections of clients that send nothing or half a request.

use std::io;
use std::time::Duration;

use catalog::Tutorial;
use clients::Clients;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::table::{Claim, Evidence};

/// Longer than `HTTP_HEADER_TIMEOUT` in compose.yaml, which is 5 s.
const TIMEOUT: Duration = Duration::from_secs(15);
/// What the clients send: nothing, half a request line, half of the headers, HTTP/2's first bytes.
const STARTS: [&str; 4] = ["", "GET /hea", "GET /healthz HTTP/1.1\r\nHost: ", "PRI * HT"];

pub(super) async fn claims(clients: &Clients) -> Vec<Claim> {
    let claim = format!("a stalled connection is closed within {} s", TIMEOUT.as_secs());
    vec![match evidence(&addresses(clients)).await {
        Ok(evidence) => Claim::proven(claim, evidence),
        Err(failure) => Claim::failed(claim, failure),
    }]
}

/// The HTTP ports of the running services.
fn addresses(clients: &Clients) -> Vec<String> {
    let settings = &clients.settings;
    let of = |tutorial, url| settings.tutorial.has(tutorial).then_some(url);
    let urls = [
        Some(&settings.web_client),
        Some(&settings.echo_server),
        of(Tutorial::Sink, &settings.metrics_sink),
        of(Tutorial::Order, &settings.order_metrics),
        of(Tutorial::Balancer, &settings.balancer_rest),
    ];
    urls.into_iter().flatten().map(|url| url.trim_start_matches("http://").to_owned()).collect()
}

async fn evidence(addresses: &[String]) -> Evidence {
    let started = Instant::now();
    let mut connections = JoinSet::new();
    for address in addresses {
        for start in STARTS {
            let address = address.clone();
            connections.spawn(async move {
                match timeout(TIMEOUT, end(&address, start)).await {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(error)) => Err(format!("{address}: {error}")),
                    Err(_) => Err(format!("{address} keeps a connection that sent {start:?}")),
                }
            });
        }
    }
    let count = connections.len();
    while let Some(ended) = connections.join_next().await {
        ended??;
    }
    let seconds = started.elapsed().as_secs_f64();
    Ok(format!("{count} connections to {} services closed after {seconds:.1} s", addresses.len()))
}

/// Sends the start of a request, and waits until the server closes the connection.
async fn end(address: &str, start: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(start.as_bytes()).await?;
    match stream.read_to_end(&mut Vec::new()).await {
        // A server that closes with unread bytes resets the connection.
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(()),
        result => result.map(|_| ()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_that_closes_proves_the_claim() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = tokio::spawn(async move {
            loop {
                drop(listener.accept().await.unwrap());
            }
        });
        let evidence = evidence(&[address]).await.unwrap();
        assert!(evidence.starts_with("4 connections to 1 services closed after "), "{evidence}");
        server.abort();
    }

    #[tokio::test]
    async fn an_unreachable_server_fails_the_claim() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        let failure = String::from(evidence(std::slice::from_ref(&address)).await.unwrap_err());
        assert!(failure.starts_with(&address), "{failure}");
    }
}
