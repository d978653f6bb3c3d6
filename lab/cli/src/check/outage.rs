//! `lab outage`: stops `InfluxDB` while the hello servers receive requests, and proves that it stores everything afterwards.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;

use super::{
    conservation::{self, Counter},
    hello,
};
use catalog::Stream;
use clients::{Clients, poll::until, time::unix_now};
use faults::{fault_guard, load};

use crate::{
    leftovers::OUTAGE,
    table::{Claim, Failure, Table, Tally},
};

/// Timeout for the hello servers to push their queued points.
const PUSH_TIMEOUT: Duration = Duration::from_secs(60);
/// Interval between two requests.
const REQUEST_INTERVAL: Duration = Duration::from_millis(50);
/// The error after a signal.
const INTERRUPTED: &str = "interrupted";

/// The hello servers' requests in `InfluxDB`.
const COUNTED: [Counter; 1] = [hello::COUNT_REQUEST];

/// The requests during an outage.
#[derive(Clone, Copy, Debug)]
struct Outage {
    /// Start, in Unix seconds.
    from: f64,
    /// End, in Unix seconds.
    to: f64,
    /// Successful requests.
    answered: u64,
}

/// Stops `InfluxDB` for `length`, starts it again whatever happens, and writes the claims. Returns `None` if `stop` was
/// canceled.
///
/// # Errors
///
/// Returns an error if `out` cannot be written.
pub async fn run(
    clients: &Clients,
    length: Duration,
    stop: &CancellationToken,
    out: impl Write,
) -> io::Result<Option<Tally>> {
    let mut table = Table::new(out);
    let title = format!("InfluxDB stopped for {} s", length.as_secs());
    let claims = match prove(clients, length, stop).await {
        Ok(claims) => claims,
        Err(error) if error == INTERRUPTED.into() => return Ok(None),
        Err(error) => vec![Claim::failed("no count is lost in an outage", error)],
    };
    table.group(&title, claims)?;
    table.finish().map(Some)
}

async fn prove(clients: &Clients, length: Duration, stop: &CancellationToken) -> Result<Vec<Claim>, Failure> {
    let before = at_rest(clients, stop).await?;
    let requests = {
        let (clients, stop) = (clients.clone(), stop.clone());
        async move { send_requests(&clients, length, &stop).await }
    };
    let outage = fault_guard::with_fault(clients, OUTAGE, requests).await??;
    let expected = before + outage.answered as f64;
    let counted = until(PUSH_TIMEOUT, || async {
        let now: f64 = conservation::read(clients, &COUNTED).await?.iter().sum();
        if now >= expected { Ok(()) } else { Err(Failure::from(format!("{now} of {expected} are counted"))) }
    });
    let counted = stop.run_until_cancelled(counted).await.ok_or(INTERRUPTED)?;
    // At rest, the count must not exceed the expected one either.
    let after = at_rest(clients, stop).await?;
    let count = match counted {
        Ok(()) if after == expected => Ok(format!("{before} + {} = {after}", outage.answered)),
        Ok(()) => Err(format!("{before} + {} requests, but {after} are counted", outage.answered).into()),
        Err(error) => Err(error),
    };
    Ok(vec![
        Claim::from_result("every request of the outage is counted", count),
        Claim::from_result("every second of the outage has its points", points(clients, outage).await),
    ])
}

/// Sends requests to the hello servers for `length`.
async fn send_requests(
    clients: &Clients,
    length: Duration,
    stop: &CancellationToken,
) -> Result<Outage, Failure> {
    let (from, started) = (unix_now(), Instant::now());
    let mut answered = 0;
    while started.elapsed() < length {
        let request = load::request(clients, Stream::Hellos);
        request.bytes().await.map_err(|error| format!("after {answered} requests: {error}"))?;
        answered += 1;
        stop.run_until_cancelled(tokio::time::sleep(REQUEST_INTERVAL)).await.ok_or(INTERRUPTED)?;
    }
    Ok(Outage { from, to: unix_now(), answered })
}

/// The number of requests in `InfluxDB`, once it does not change any more.
async fn at_rest(clients: &Clients, stop: &CancellationToken) -> Result<f64, Failure> {
    let values =
        stop.run_until_cancelled(conservation::at_rest(clients, &COUNTED)).await.ok_or(INTERRUPTED)?;
    let values = values?
        .ok_or("the count does not come to rest: something else sends requests to the hello servers")?;
    Ok(values.iter().sum())
}

/// Counts the points with times during the outage, by server. There is one push per second, so there is one point per second
/// of the outage; one less if the pushes are right before its start and right after its end.
async fn points(clients: &Clients, outage: Outage) -> Result<String, Failure> {
    let ms = |seconds: f64| (seconds * 1000.0) as u64;
    let query = format!(
        r#"SELECT count("value") FROM "count_request.count" WHERE time >= {}ms AND time <= {}ms GROUP BY "host""#,
        ms(outage.from),
        ms(outage.to)
    );
    let rows = clients.influxdb.query(&query).await?;
    let each: Vec<(String, f64)> = rows
        .iter()
        .filter_map(|rows| {
            let host = rows.tags.get("host")?.clone();
            Some((host, rows.series().next()?.last()?.1))
        })
        .collect();
    evaluate_points(&each, outage.to - outage.from)
}

fn evaluate_points(each: &[(String, f64)], seconds: f64) -> Result<String, Failure> {
    let counts: Vec<String> = each.iter().map(|(host, points)| format!("{host} {points}")).collect();
    let counts = format!("{} points in {seconds:.1} s", counts.join(", "));
    let is_complete = each.len() == 2 && each.iter().all(|(_, points)| *points >= seconds.floor() - 1.0);
    if is_complete { Ok(counts) } else { Err(counts.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_has_one_point_per_second() {
        let of = |a: f64, b: f64| evaluate_points(&[("a".into(), a), ("b".into(), b)], 30.4);
        assert_eq!(of(30.0, 29.0).unwrap(), "a 30, b 29 points in 30.4 s");
        assert!(of(30.0, 28.0).is_err());
        assert!(evaluate_points(&[("a".into(), 30.0)], 30.4).is_err());
    }
}
