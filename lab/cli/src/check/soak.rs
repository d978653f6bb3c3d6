//! The soak test: connections through the balancer that end at random bytes, and whose bytes are counted exactly.
//!
//! It adds a server to the balancer, whose backends are listeners in this process. Four claims:
//!
//! - Each side closes its direction after a random number of bytes, and reads until the other side closes. Every byte is
//!   delivered, so all counts are equal: those of the clients, the balancer (in total and per backend) and the backends.
//! - A client resets its connection at a random byte. Bytes in flight are lost, so each count is at most the one before it:
//!   sent by the sender, forwarded by the balancer, received by the receiver.
//! - Prometheus has the balancer's counts.
//! - The rates return to 0.

mod backends;
mod client;
mod counts;

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::{net::UdpSocket, task::JoinSet};
use tokio_util::sync::CancellationToken;

use self::{
    backends::Backends,
    client::{Ending, Plan},
    counts::Counts,
};
use super::trace::random;
use clients::{Clients, poll::until, prometheus::Series};

use crate::{
    leftovers::SOAK_SERVER,
    table::{Claim, Evidence, Failure},
};

/// Connections per kind of ending.
const CONNECTIONS: usize = 200;
/// Connections open at the same time.
const CONCURRENCY: usize = 25;
const BACKENDS: usize = 3;
/// Maximum bytes per direction: more than the socket buffers, and than the balancer copies before it splices.
const MAX_BYTES: u64 = 1 << 20;
/// Timeout for all connections of one kind.
const CONNECTIONS_TIMEOUT: Duration = Duration::from_secs(60);
/// Timeout for the balancer to close its connections, and for Prometheus to scrape the counts.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(15);

/// Checks the four claims. Always removes the server afterwards.
pub async fn claims(clients: &Clients, stop: &CancellationToken) -> Vec<Claim> {
    let graceful = format!("soak: the bytes of {CONNECTIONS} half-closed connections are equal everywhere");
    let reset = format!("soak: {CONNECTIONS} reset connections deliver no more than was sent");
    let stored = "soak: Prometheus has the balancer's counts".to_owned();
    let idle = "soak: the rates return to 0 when idle".to_owned();
    // The backends outlive the server, because a server without backends would raise an alert.
    let backends = match Backends::start(BACKENDS).await {
        Ok(backends) => Arc::new(backends),
        Err(error) => return vec![Claim::failed(graceful, error.to_string())],
    };
    let soak = tokio::spawn({
        let (clients, stop, backends) = (clients.clone(), stop.clone(), backends.clone());
        async move { stop.run_until_cancelled(soak(&clients, &backends)).await }
    });
    let outcomes = soak.await;
    let removed = until(DRAIN_TIMEOUT, || clients.balancer.remove(SOAK_SERVER)).await;
    drop(backends);
    let result = match (outcomes, removed) {
        (_, Err(error)) => Err(format!("cannot remove its server: {error}").into()),
        (Err(panic), _) => Err(panic.into()),
        (Ok(None), _) => Err("interrupted".into()),
        (Ok(Some(result)), _) => result,
    };
    match result {
        Ok(outcomes) => {
            let claims = [graceful, reset, stored, idle].into_iter().zip(outcomes);
            claims.map(|(claim, outcome)| Claim::from_result(claim, outcome)).collect()
        }
        Err(error) => vec![Claim::failed(graceful, error)],
    }
}

/// Runs both kinds of connections, then reads Prometheus and the rates; returns the outcome of each claim.
async fn soak(clients: &Clients, backends: &Backends) -> Result<Vec<Evidence>, Failure> {
    // A server that a killed run has left would still have its counts.
    clients.balancer.remove(SOAK_SERVER).await?;
    let (host, _) = clients.settings.balancer.rsplit_once(':').ok_or("the balancer's address has no port")?;
    let port = clients.settings.soak_port;
    let own = own_address(&clients.settings.balancer).await?;
    let list: Vec<String> = backends.ports().iter().map(|port| format!("{own}:{port}")).collect();
    let configuration = json!({
        "bind": format!("0.0.0.0:{port}"), "protocol": "tcp", "balance": "roundrobin",
        "discovery": {"kind": "static", "static_list": list}, "healthcheck": {"kind": "none"}});
    clients.balancer.add(SOAK_SERVER, &configuration).await?;

    let address = format!("{host}:{port}");
    let mut outcomes = Vec::new();
    let mut before = balancer_counts(clients).await?;
    for ending in [Ending::HalfClose, Ending::Reset] {
        let own_before = backends.counts();
        let sent = run_clients(&address, ending).await?;
        let after = until(DRAIN_TIMEOUT, || drained(clients)).await?;
        let own_after = until(DRAIN_TIMEOUT, || async { backends.drained_counts() }).await?;
        let balancer = after.since(&before);
        let own = own_after.since(&own_before);
        outcomes.push(match ending {
            Ending::HalfClose => counts::evaluate_equal(&sent, &balancer, &own),
            Ending::Reset => counts::evaluate_bounded(&sent, &balancer, &own),
        });
        before = after;
    }
    outcomes.push(until(DRAIN_TIMEOUT, || stored(clients, &before)).await);
    outcomes.push(until(DRAIN_TIMEOUT, || idle(clients)).await);
    Ok(outcomes)
}

async fn idle(clients: &Clients) -> Result<String, Failure> {
    let stats = clients.balancer.stats(SOAK_SERVER).await?;
    let rates = ["rx_second", "tx_second"].map(|field| stats[field].as_u64());
    if rates == [Some(0), Some(0)] {
        Ok("rx_second 0, tx_second 0".into())
    } else {
        Err(format!("{rates:?}").into())
    }
}

/// Whether the last samples in Prometheus equal the balancer's totals.
async fn stored(clients: &Clients, balancer: &Counts) -> Result<String, Failure> {
    let mut totals = [0, 0];
    for (total, metric) in totals.iter_mut().zip(["gobetween_server_tx_total", "gobetween_server_rx_total"]) {
        let query = format!("{metric}{{job=\"tcp-balancer\",server=\"{SOAK_SERVER}\"}}");
        let series = clients.prometheus.instant(&query, None).await?;
        *total = series.iter().filter_map(Series::last).sum::<f64>() as u64;
    }
    let stored = format!("tx {}, rx {}", totals[0], totals[1]);
    if totals == [balancer.up, balancer.down] {
        Ok(stored)
    } else {
        Err(format!("{stored}, but the balancer has tx {}, rx {}", balancer.up, balancer.down).into())
    }
}

/// Opens all connections, [`CONCURRENCY`] at a time; returns the bytes that the clients sent and received.
async fn run_clients(address: &str, ending: Ending) -> Result<Counts, Failure> {
    let mut open = JoinSet::new();
    let mut counts = Counts::default();
    let all = async {
        for number in 0..CONNECTIONS {
            if number >= CONCURRENCY {
                let ended = open.join_next().await.ok_or("no connection is open")?;
                counts.add(&ended??);
            }
            let plan = Plan { ending, up: random() % MAX_BYTES, down: random() % MAX_BYTES };
            open.spawn(client::run(address.to_owned(), plan));
        }
        while let Some(ended) = open.join_next().await {
            counts.add(&ended??);
        }
        Ok(())
    };
    match tokio::time::timeout(CONNECTIONS_TIMEOUT, all).await {
        Ok(Ok(())) => Ok(counts),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(format!("the connections have not ended within {CONNECTIONS_TIMEOUT:?}").into()),
    }
}

/// The balancer's counts, once all connections are closed.
async fn drained(clients: &Clients) -> Result<Counts, Failure> {
    let stats = clients.balancer.stats(SOAK_SERVER).await?;
    match stats["active_connections"].as_u64() {
        Some(0) => parse_counts(&stats),
        active => Err(format!("the balancer still has {active:?} connections").into()),
    }
}

async fn balancer_counts(clients: &Clients) -> Result<Counts, Failure> {
    parse_counts(&clients.balancer.stats(SOAK_SERVER).await?)
}

/// Parses the balancer's statistics: rx is delivered to the clients, tx to the backends.
fn parse_counts(stats: &Value) -> Result<Counts, Failure> {
    let number = |of: &Value, field: &str| {
        of[field].as_u64().ok_or_else(|| format!("the balancer's REST response has no {field}: {of}"))
    };
    let mut counts =
        Counts { up: number(stats, "tx_total")?, down: number(stats, "rx_total")?, ..Counts::default() };
    for backend in stats["backends"].as_array().map_or(&[][..], Vec::as_slice) {
        let port = &backend["port"];
        let port = port.as_u64().or_else(|| port.as_str()?.parse().ok()).unwrap_or_default() as u16;
        let stats = &backend["stats"];
        counts.by_port.insert(port, [number(stats, "tx")?, number(stats, "rx")?]);
    }
    Ok(counts)
}

/// This machine's address on the balancer's network. Sends nothing.
async fn own_address(balancer: &str) -> std::io::Result<std::net::IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").await?;
    socket.connect(balancer).await?;
    Ok(socket.local_addr()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_parsed_in_total_and_per_backend() {
        let stats = json!({"active_connections": 0, "rx_total": 30, "tx_total": 12, "backends": [
            {"host": "10.0.0.1", "port": "4001", "stats": {"rx": 10, "tx": 4}},
            {"host": "10.0.0.1", "port": "4002", "stats": {"rx": 20, "tx": 8}}]});
        let counts = parse_counts(&stats).unwrap();
        assert_eq!((counts.up, counts.down), (12, 30));
        assert_eq!(counts.by_port, [(4001, [4, 10]), (4002, [8, 20])].into());
        assert!(parse_counts(&json!({"rx_total": 1})).unwrap_err().to_string().contains("tx_total"));
    }
}
