//! `lab outage`: stops `InfluxDB` while the hello servers are asked, and proves that nothing they pushed is lost.

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
    alert::take_back::OUTAGE,
    table::{Claim, Table, Tally},
};

/// How long the hello servers may take to send what has waited.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two requests.
const PAUSE: Duration = Duration::from_millis(50);
/// The error of what a signal has ended.
const INTERRUPTED: &str = "interrupted";

/// What they have counted.
const COUNTED: [Counter; 1] = [hello::COUNT_REQUEST];

/// What happened while `InfluxDB` was stopped.
#[derive(Clone, Copy, Debug)]
struct Outage {
    /// Unix seconds.
    from: f64,
    /// Unix seconds.
    to: f64,
    /// Requests that were answered.
    answered: u64,
}

/// Stops `InfluxDB` for so long and writes what came of it; nothing if `stop` came first. It is started again whatever
/// happens.
pub async fn run(
    parts: &Clients,
    length: Duration,
    stop: &CancellationToken,
    out: impl Write,
) -> io::Result<Option<Tally>> {
    let mut table = Table::new(out);
    let title = format!("InfluxDB stopped for {} s", length.as_secs());
    let claims = match prove(parts, length, stop).await {
        Ok(claims) => claims,
        Err(error) if error == INTERRUPTED => return Ok(None),
        Err(error) => vec![Claim::failed("no count is lost in an outage", error)],
    };
    table.group(&title, claims)?;
    table.finish().map(Some)
}

async fn prove(parts: &Clients, length: Duration, stop: &CancellationToken) -> Result<Vec<Claim>, String> {
    let before = at_rest(parts, stop).await?;
    let asking = {
        let (parts, stop) = (parts.clone(), stop.clone());
        async move { ask(&parts, length, &stop).await }
    };
    let outage =
        fault_guard::with_fault(parts, OUTAGE, asking).await.map_err(|error| error.to_string())??;
    let wanted = before + outage.answered as f64;
    let counted = until(PATIENCE, || async {
        let now: f64 = conservation::read(parts, &COUNTED).await?.iter().sum();
        if now >= wanted { Ok(()) } else { Err(format!("{now} are counted of {wanted}")) }
    });
    let counted = stop.run_until_cancelled(counted).await.ok_or(INTERRUPTED)?;
    // Not one too many either, once nothing waits any more.
    let after = at_rest(parts, stop).await?;
    let count = match counted {
        Ok(()) if after == wanted => Ok(format!("{before} + {} = {after}", outage.answered)),
        Ok(()) => Err(format!("{before} + {} requests, but {after} are counted", outage.answered)),
        Err(error) => Err(error),
    };
    Ok(vec![
        Claim::from_result("every request of the outage is counted", count),
        Claim::from_result("every second of the outage has its points", points(parts, outage).await),
    ])
}

/// Asks all the time.
async fn ask(parts: &Clients, length: Duration, stop: &CancellationToken) -> Result<Outage, String> {
    let (from, started) = (unix_now(), Instant::now());
    let mut answered = 0;
    while started.elapsed() < length {
        let request = load::request(parts, Stream::Hellos);
        request.bytes().await.map_err(|error| format!("after {answered} requests: {error}"))?;
        answered += 1;
        stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await.ok_or(INTERRUPTED)?;
    }
    Ok(Outage { from, to: unix_now(), answered })
}

/// The requests that `InfluxDB` knows of, over all hello servers, once their number rests.
async fn at_rest(parts: &Clients, stop: &CancellationToken) -> Result<f64, String> {
    let values = stop.run_until_cancelled(conservation::at_rest(parts, &COUNTED)).await.ok_or(INTERRUPTED)?;
    let values = values?.ok_or("the count does not rest: somebody else asks the hello servers")?;
    Ok(values.iter().sum())
}

/// The points that carry times of the outage, by server. Pushed each second, they are as many as its seconds; one fewer
/// where a push lies right before its beginning and another right after its end.
async fn points(parts: &Clients, outage: Outage) -> Result<String, String> {
    let ms = |seconds: f64| (seconds * 1000.0) as u64;
    let query = format!(
        r#"SELECT count("value") FROM "count_request.count" WHERE time >= {}ms AND time <= {}ms GROUP BY "host""#,
        ms(outage.from),
        ms(outage.to)
    );
    let rows = parts.influxdb.query(&query).await.map_err(|error| error.to_string())?;
    let each: Vec<(String, f64)> = rows
        .iter()
        .filter_map(|rows| {
            let host = rows.tags.get("host")?.clone();
            Some((host, rows.series().next()?.last()?.1))
        })
        .collect();
    judge_points(&each, outage.to - outage.from)
}

fn judge_points(each: &[(String, f64)], seconds: f64) -> Result<String, String> {
    let told: Vec<String> = each.iter().map(|(host, points)| format!("{host} {points}")).collect();
    let told = format!("{} points in {seconds:.1} s", told.join(", "));
    let enough = each.len() == 2 && each.iter().all(|(_, points)| *points >= seconds.floor() - 1.0);
    if enough { Ok(told) } else { Err(told) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_has_a_point_a_second() {
        let of = |a: f64, b: f64| judge_points(&[("a".into(), a), ("b".into(), b)], 30.4);
        assert_eq!(of(30.0, 29.0).unwrap(), "a 30, b 29 points in 30.4 s");
        assert!(of(30.0, 28.0).is_err());
        assert!(judge_points(&[("a".into(), 30.0)], 30.4).is_err());
    }
}
