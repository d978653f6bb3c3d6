//! The soak: a known number of bytes each way through connections that are cut at random, through a server that is added
//! to the balancer for it, and whose back ends are this process's own listeners.
//!
//! Two claims, for there are two ways to cut:
//!
//! - Each side says at a random byte that it has no more to say, and reads on to the other's end. Then every byte that one
//!   side wrote was delivered, and all counts are equal: what the clients wrote and read, what the back ends read and
//!   wrote, and the balancer's tx and rx, in all and for each back end.
//! - A client resets its connection at a random byte. Then bytes are under way that nobody will read, and each count is
//!   at most the one before it: written by the sender, written on by the balancer, read by the receiver.
//!
//! Two more: Prometheus has what the balancer counted, and the rates go back to 0.

mod backends;
mod client;
mod counts;

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::{net::UdpSocket, task::JoinSet};
use tokio_util::sync::CancellationToken;

use self::{
    backends::Backends,
    client::{Cut, Plan},
    counts::Counts,
};
use super::trace::random;
use clients::{Clients, poll::until, prometheus::Series};

use crate::table::Claim;

/// The server that it adds to the balancer.
pub const SERVER: &str = "soak";

/// Connections of each claim, and how many are open at one time.
const CONNECTIONS: usize = 200;
const AT_ONCE: usize = 25;
const BACKENDS: usize = 3;
/// Bytes that a side would send if it were not cut: beyond a socket's buffers, and beyond what is copied before splicing.
const MOST: u64 = 1 << 20;
/// How long all connections may take, and the balancer to have no connection left.
const PATIENCE: Duration = Duration::from_secs(60);
const DRAINED: Duration = Duration::from_secs(15);

/// The four claims. The server is removed whatever happens.
pub async fn claims(parts: &Clients, stop: &CancellationToken) -> Vec<Claim> {
    let graceful = format!("soak: the bytes of {CONNECTIONS} connections cut at random are equal everywhere");
    let reset = format!("soak: of {CONNECTIONS} reset connections none delivers more than was sent");
    let stored = "soak: Prometheus has the balancer's counts".to_owned();
    let idle = "soak: the rates go back to 0 when it is idle".to_owned();
    // They outlive the server: one without back ends would raise an alert.
    let backends = match Backends::start(BACKENDS).await {
        Ok(backends) => Arc::new(backends),
        Err(error) => return vec![Claim::failed(graceful, error.to_string())],
    };
    let soak = tokio::spawn({
        let (parts, stop, backends) = (parts.clone(), stop.clone(), backends.clone());
        async move { stop.run_until_cancelled(soak(&parts, &backends)).await }
    });
    let soaked = soak.await;
    let removed = until(DRAINED, || parts.balancer.remove(SERVER)).await;
    drop(backends);
    let result = match (soaked, removed) {
        (_, Err(error)) => Err(format!("its server could not be removed: {error}")),
        (Err(error), _) => Err(error.to_string()),
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

/// Runs both halves, then asks Prometheus; the outcome of each.
async fn soak(parts: &Clients, backends: &Backends) -> Result<Vec<Result<String, String>>, String> {
    // One that a killed run has left would have its counts.
    parts.balancer.remove(SERVER).await.map_err(|error| error.to_string())?;
    let (host, _) = parts.settings.balancer.rsplit_once(':').ok_or("the balancer's address has no port")?;
    let port = parts.settings.soak_port;
    let own = own_address(&parts.settings.balancer).await.map_err(|error| error.to_string())?;
    let list: Vec<String> = backends.ports().iter().map(|port| format!("{own}:{port}")).collect();
    let configuration = json!({
        "bind": format!("0.0.0.0:{port}"), "protocol": "tcp", "balance": "roundrobin",
        "discovery": {"kind": "static", "static_list": list}, "healthcheck": {"kind": "none"}});
    parts.balancer.add(SERVER, &configuration).await.map_err(|error| error.to_string())?;

    let address = format!("{host}:{port}");
    let mut outcomes = Vec::new();
    let mut before = balancers_counts(parts).await?;
    for kind in [Cut::HalfClose, Cut::Reset] {
        let own_before = backends.counts();
        let clients = clients(&address, kind).await?;
        let after = until(DRAINED, || drained(parts)).await?;
        let own_after = until(DRAINED, || async { backends.at_rest() }).await?;
        let balancer = after.since(&before);
        let own = own_after.since(&own_before);
        outcomes.push(match kind {
            Cut::HalfClose => counts::judge_equal(&clients, &balancer, &own),
            Cut::Reset => counts::judge_bounded(&clients, &balancer, &own),
        });
        before = after;
    }
    outcomes.push(until(DRAINED, || stored(parts, &before)).await);
    outcomes.push(until(DRAINED, || idle(parts)).await);
    Ok(outcomes)
}

async fn idle(parts: &Clients) -> Result<String, String> {
    let stats = parts.balancer.stats(SERVER).await.map_err(|error| error.to_string())?;
    let rates = ["rx_second", "tx_second"].map(|field| stats[field].as_u64());
    if rates == [Some(0), Some(0)] {
        Ok("rx_second 0, tx_second 0".into())
    } else {
        Err(format!("{rates:?}"))
    }
}

/// Whether Prometheus' newest samples are the balancer's totals.
async fn stored(parts: &Clients, balancer: &Counts) -> Result<String, String> {
    let mut totals = [0, 0];
    for (total, metric) in totals.iter_mut().zip(["gobetween_server_tx_total", "gobetween_server_rx_total"]) {
        let query = format!("{metric}{{job=\"tcp-balancer\",server=\"{SERVER}\"}}");
        let series = parts.prometheus.instant(&query, None).await.map_err(|error| error.to_string())?;
        *total = series.iter().filter_map(Series::last).sum::<f64>() as u64;
    }
    let told = format!("tx {}, rx {}", totals[0], totals[1]);
    if totals == [balancer.up, balancer.down] {
        Ok(told)
    } else {
        Err(format!("{told}, but the balancer says tx {}, rx {}", balancer.up, balancer.down))
    }
}

/// Opens all connections, a few at a time; what the clients wrote and read.
async fn clients(address: &str, kind: Cut) -> Result<Counts, String> {
    let mut open = JoinSet::new();
    let mut counts = Counts::default();
    let all = async {
        for number in 0..CONNECTIONS {
            if number >= AT_ONCE {
                let ended = open.join_next().await.ok_or("no connection is open")?;
                counts.add(&ended.map_err(|error| error.to_string())??);
            }
            let plan = Plan { cut: kind, up: random() % MOST, down: random() % MOST };
            open.spawn(client::run(address.to_owned(), plan));
        }
        while let Some(ended) = open.join_next().await {
            counts.add(&ended.map_err(|error| error.to_string())??);
        }
        Ok(())
    };
    match tokio::time::timeout(PATIENCE, all).await {
        Ok(Ok(())) => Ok(counts),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(format!("the connections do not end in {PATIENCE:?}")),
    }
}

/// The balancer's counts once it has no connection of the soak's left.
async fn drained(parts: &Clients) -> Result<Counts, String> {
    let stats = parts.balancer.stats(SERVER).await.map_err(|error| error.to_string())?;
    match stats["active_connections"].as_u64() {
        Some(0) => balancers(&stats),
        active => Err(format!("the balancer still has {active:?} connections")),
    }
}

async fn balancers_counts(parts: &Clients) -> Result<Counts, String> {
    balancers(&parts.balancer.stats(SERVER).await.map_err(|error| error.to_string())?)
}

/// What REST says: rx is delivered to the clients, tx to the back ends.
fn balancers(stats: &Value) -> Result<Counts, String> {
    let number = |of: &Value, field: &str| {
        of[field].as_u64().ok_or_else(|| format!("the balancer's REST says no {field}: {of}"))
    };
    let mut counts =
        Counts { up: number(stats, "tx_total")?, down: number(stats, "rx_total")?, ..Counts::default() };
    for backend in stats["backends"].as_array().map_or(&[][..], Vec::as_slice) {
        let port = &backend["port"];
        let port = port.as_u64().or_else(|| port.as_str()?.parse().ok()).unwrap_or_default() as u16;
        let stats = &backend["stats"];
        counts.each.insert(port, [number(stats, "tx")?, number(stats, "rx")?]);
    }
    Ok(counts)
}

/// The address that this machine has towards the balancer; nothing is sent.
async fn own_address(balancer: &str) -> std::io::Result<std::net::IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").await?;
    socket.connect(balancer).await?;
    Ok(socket.local_addr()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_answer_gives_the_totals_and_each_back_ends() {
        let stats = json!({"active_connections": 0, "rx_total": 30, "tx_total": 12, "backends": [
            {"host": "10.0.0.1", "port": "4001", "stats": {"rx": 10, "tx": 4}},
            {"host": "10.0.0.1", "port": "4002", "stats": {"rx": 20, "tx": 8}}]});
        let counts = balancers(&stats).unwrap();
        assert_eq!((counts.up, counts.down), (12, 30));
        assert_eq!(counts.each, [(4001, [4, 10]), (4002, [8, 20])].into());
        assert!(balancers(&json!({"rx_total": 1})).unwrap_err().contains("tx_total"));
    }
}
