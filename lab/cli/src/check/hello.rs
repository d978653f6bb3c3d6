//! Claims that requests to the hello servers, and their bytes, are counted exactly by the balancer, Prometheus and
//! `InfluxDB`.

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Semaphore,
    task::JoinSet,
    time::timeout,
};

use super::conservation::{Counter, counter, evaluate, increases, pushed};
use catalog::Tutorial;
use clients::{Clients, balancer::HELLO, poll::until, prometheus::Series};

use crate::table::{Claim, Failure};

/// Number of requests, each on a connection of its own.
const SENT: usize = 200;
/// Requests in flight.
const CONCURRENCY: usize = 8;
/// Timeout of one request.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Timeout for Prometheus to scrape the balancer's numbers.
const AGREE_TIMEOUT: Duration = Duration::from_secs(10);
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: hello\r\nConnection: close\r\n\r\n";

/// Bytes to the backends, bytes to the clients, and connections.
const BYTES: [Counter; 6] = [
    counter("server, tx", r#"gobetween_server_tx_total{job="tcp-balancer",server="hello"}"#),
    counter("backends, tx", r#"gobetween_backend_tx_bytes_total{job="tcp-balancer",server="hello"}"#),
    counter("server, rx", r#"gobetween_server_rx_total{job="tcp-balancer",server="hello"}"#),
    counter("backends, rx", r#"gobetween_backend_rx_bytes_total{job="tcp-balancer",server="hello"}"#),
    counter(
        "server, connections",
        r#"gobetween_server_connections_total{job="tcp-balancer",server="hello"}"#,
    ),
    counter(
        "backends, connections",
        r#"gobetween_backend_connections_total{job="tcp-balancer",server="hello"}"#,
    ),
];

/// The requests of all hello servers.
pub(super) const COUNT_REQUEST: Counter =
    pushed("count_request.count", r#"SELECT last("value") FROM "count_request.count" GROUP BY "host""#);
const PUSHED: [Counter; 2] = [
    COUNT_REQUEST,
    pushed("response_time.timer", r#"SELECT last("count") FROM "response_time.timer" GROUP BY "host""#),
];

/// Checks the bytes, the requests (if `InfluxDB` is running), and the balancer's own pages.
pub(super) async fn claims(clients: &Clients) -> Vec<Claim> {
    let mut counters = BYTES.to_vec();
    let has_influxdb = clients.settings.tutorial.has(Tutorial::Influx);
    if has_influxdb {
        counters.extend(PUSHED);
    }
    let send = async {
        let Bytes { up, down } = send(clients).await?;
        let sent = SENT as f64;
        let expected = [up, up, down, down, sent, sent, sent, sent];
        Ok(expected[..counters.len()].to_vec())
    };
    let increases = increases(clients, &counters, send).await;
    let range = |from: usize, to: usize| match &increases {
        Ok(increases) => evaluate(&increases[from..to]),
        Err(error) => Err(error.clone()),
    };
    let mut claims = vec![Claim::from_result(
        format!("the bytes of {SENT} requests, as Prometheus has them"),
        range(0, BYTES.len()),
    )];
    if has_influxdb {
        claims.push(Claim::from_result(
            format!("{SENT} requests are {SENT} more in InfluxDB"),
            range(BYTES.len(), counters.len()),
        ));
    }
    let pages = until(AGREE_TIMEOUT, || pages(clients)).await;
    claims.push(Claim::from_result("the balancer's REST, /metrics and Prometheus agree", pages));
    claims
}

/// Bytes that the clients sent and received.
#[derive(Clone, Copy, Debug, Default)]
struct Bytes {
    up: f64,
    down: f64,
}

async fn send(clients: &Clients) -> Result<Bytes, Failure> {
    let permits = Arc::new(Semaphore::new(CONCURRENCY));
    let mut sending = JoinSet::new();
    for _ in 0..SENT {
        let (address, permits) = (clients.settings.balancer.clone(), permits.clone());
        sending.spawn(async move {
            let _permit = permits.acquire().await;
            match timeout(TIMEOUT, hello(&address)).await {
                Ok(Ok(read)) => Ok(read),
                Ok(Err(error)) => Err(Failure::from(format!("{address}: {error}"))),
                Err(_) => Err(Failure::from(format!("{address}: no response within {TIMEOUT:?}"))),
            }
        });
    }
    let mut bytes = Bytes::default();
    while let Some(response) = sending.join_next().await {
        let response = response??;
        if !response.starts_with(b"HTTP/1.1 200") {
            return Err(format!("a response starts with {:?}", String::from_utf8_lossy(&response)).into());
        }
        bytes.up += REQUEST.len() as f64;
        bytes.down += response.len() as f64;
    }
    Ok(bytes)
}

async fn hello(address: &str) -> std::io::Result<Vec<u8>> {
    let mut connection = TcpStream::connect(address).await?;
    connection.write_all(REQUEST).await?;
    let mut response = Vec::new();
    connection.read_to_end(&mut response).await?;
    Ok(response)
}

/// Without requests, all three report the same totals.
async fn pages(clients: &Clients) -> Result<String, Failure> {
    let stats = clients.balancer.stats(HELLO).await?;
    let page = clients.balancer.metrics().await?;
    let mut totals = Vec::new();
    for (field, metric) in
        [("rx_total", "gobetween_server_rx_total"), ("tx_total", "gobetween_server_tx_total")]
    {
        let rest =
            stats[field].as_f64().ok_or_else(|| format!("its REST response has no {field}: {stats}"))?;
        let own =
            page.value(metric, &[("server", HELLO)]).ok_or_else(|| format!("its page has no {metric}"))?;
        let query = format!("{metric}{{job=\"tcp-balancer\",server=\"{HELLO}\"}}");
        let stored = clients.prometheus.instant(&query, None).await?;
        let stored: f64 = stored.iter().filter_map(Series::last).sum();
        if rest != own || own != stored {
            return Err(format!("{field}: {rest} in REST, {own} in /metrics, {stored} in Prometheus").into());
        }
        totals.push(format!("{field} {rest}"));
    }
    Ok(totals.join(", "))
}
