//! Claims on the hello servers behind the balancer: requests and bytes are counted exactly, from the client's sockets to
//! the stores.

use std::sync::Arc;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Semaphore,
    task::JoinSet,
    time::timeout,
};

use super::conservation::{Counter, counter, judge, moved, pushed};
use catalog::Tutorial;
use clients::{Clients, balancer::HELLO};

use crate::table::Claim;

/// Requests that are sent, each on a connection of its own.
const SENT: usize = 200;
const AT_ONCE: usize = 8;
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: hello\r\nConnection: close\r\n\r\n";

/// Bytes to the back ends and to the clients, connections; in the order of the expected values.
const BYTES: [Counter; 6] = [
    counter("server, tx", r#"gobetween_server_tx_total{job="tcp-balancer",server="hello"}"#),
    counter("back ends, tx", r#"gobetween_backend_tx_bytes_total{job="tcp-balancer",server="hello"}"#),
    counter("server, rx", r#"gobetween_server_rx_total{job="tcp-balancer",server="hello"}"#),
    counter("back ends, rx", r#"gobetween_backend_rx_bytes_total{job="tcp-balancer",server="hello"}"#),
    counter(
        "server, connections",
        r#"gobetween_server_connections_total{job="tcp-balancer",server="hello"}"#,
    ),
    counter(
        "back ends, connections",
        r#"gobetween_backend_connections_total{job="tcp-balancer",server="hello"}"#,
    ),
];

/// Each process counts all its requests; the sum is over the replicas.
pub(super) const COUNT_REQUEST: Counter =
    pushed("count_request.count", r#"SELECT last("value") FROM "count_request.count" GROUP BY "host""#);
const PUSHED: [Counter; 2] = [
    COUNT_REQUEST,
    pushed("response_time.timer", r#"SELECT last("count") FROM "response_time.timer" GROUP BY "host""#),
];

/// Claims on bytes, on requests where they are pushed, and on the balancer's own pages.
pub(super) async fn claims(parts: &Clients) -> Vec<Claim> {
    let mut counters = BYTES.to_vec();
    let has_influxdb = parts.settings.tutorial.has(Tutorial::Influx);
    if has_influxdb {
        counters.extend(PUSHED);
    }
    let send = async {
        let Moved { up, down } = send(parts).await?;
        let sent = SENT as f64;
        let expected = [up, up, down, down, sent, sent, sent, sent];
        Ok(expected[..counters.len()].to_vec())
    };
    let moved = moved(parts, &counters, send).await;
    let part = |from: usize, to: usize| match &moved {
        Ok(moved) => judge(&moved[from..to]),
        Err(error) => Err(error.clone()),
    };
    let mut claims = vec![Claim::from_result(
        format!("the bytes of {SENT} requests, as Prometheus has them"),
        part(0, BYTES.len()),
    )];
    if has_influxdb {
        claims.push(Claim::from_result(
            format!("{SENT} requests are {SENT} more in InfluxDB"),
            part(BYTES.len(), counters.len()),
        ));
    }
    claims.push(Claim::from_result("the balancer's REST, /metrics and Prometheus agree", pages(parts).await));
    claims
}

/// Bytes that the clients' sockets took and gave.
#[derive(Clone, Copy, Debug, Default)]
struct Moved {
    up: f64,
    down: f64,
}

async fn send(parts: &Clients) -> Result<Moved, String> {
    let at_once = Arc::new(Semaphore::new(AT_ONCE));
    let mut sending = JoinSet::new();
    for _ in 0..SENT {
        let (address, at_once) = (parts.settings.balancer.clone(), at_once.clone());
        sending.spawn(async move {
            let _turn = at_once.acquire().await;
            match timeout(TIMEOUT, hello(&address)).await {
                Ok(Ok(read)) => Ok(read),
                Ok(Err(error)) => Err(format!("{address}: {error}")),
                Err(_) => Err(format!("{address}: no answer in {TIMEOUT:?}")),
            }
        });
    }
    let mut moved = Moved::default();
    while let Some(answer) = sending.join_next().await {
        let answer = answer.map_err(|error| error.to_string())??;
        if !answer.starts_with(b"HTTP/1.1 200") {
            return Err(format!("it answers {:?}", String::from_utf8_lossy(&answer)));
        }
        moved.up += REQUEST.len() as f64;
        moved.down += answer.len() as f64;
    }
    Ok(moved)
}

async fn hello(address: &str) -> std::io::Result<Vec<u8>> {
    let mut connection = TcpStream::connect(address).await?;
    connection.write_all(REQUEST).await?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await?;
    Ok(answer)
}

/// At rest, the three say the same.
async fn pages(parts: &Clients) -> Result<String, String> {
    let stats = parts.balancer.stats(HELLO).await.map_err(|error| error.to_string())?;
    let page = parts.balancer.metrics().await.map_err(|error| error.to_string())?;
    let mut told = Vec::new();
    for (field, metric) in
        [("rx_total", "gobetween_server_rx_total"), ("tx_total", "gobetween_server_tx_total")]
    {
        let rest = stats[field].as_f64().ok_or_else(|| format!("its REST says no {field}: {stats}"))?;
        let own = page.value(metric, &[("server", HELLO)]).ok_or_else(|| format!("it has no {metric}"))?;
        let query = format!("{metric}{{job=\"tcp-balancer\",server=\"{HELLO}\"}}");
        let stored = parts.prometheus.instant(&query, None).await.map_err(|error| error.to_string())?;
        let stored: f64 = stored.iter().filter_map(clients::prometheus::Series::last).sum();
        if rest != own || own != stored {
            return Err(format!("{field}: {rest} in REST, {own} in /metrics, {stored} in Prometheus"));
        }
        told.push(format!("{field} {rest}"));
    }
    Ok(told.join(", "))
}
