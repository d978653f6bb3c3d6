//! The claim that N echoes are N in every counter on their way, as Prometheus stores it: differences of raw samples.

use std::time::{Duration, Instant};

use crate::{parts::Parts, prometheus::Prometheus, table::Claim, traffic, tutorial::Tutorial};

/// Echoes that are sent.
const SENT: usize = 200;
/// Counters that have not moved for so long rest: longer than a flush and a scrape.
const REST: Duration = Duration::from_secs(4);
/// How long they may take to come to rest, and to have counted everything.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(500);

/// A counter that every echo through the edge raises by one.
#[derive(Clone, Copy, Debug)]
struct Counter {
    who: &'static str,
    selector: &'static str,
}

const fn counter(who: &'static str, selector: &'static str) -> Counter {
    Counter { who, selector }
}

const ECHO: [Counter; 9] = [
    counter(
        "web client, HTTP",
        r#"http_server_request_duration_seconds_count{job="web-client",http_route="/echo"}"#,
    ),
    counter(
        "client, started",
        r#"grpc_client_started_total{job="web-client",grpc_service="proto.EchoService"}"#,
    ),
    counter(
        "client, sent",
        r#"grpc_client_msg_sent_total{job="web-client",grpc_service="proto.EchoService"}"#,
    ),
    counter(
        "client, received",
        r#"grpc_client_msg_received_total{job="web-client",grpc_service="proto.EchoService"}"#,
    ),
    counter(
        "client, handled OK",
        r#"grpc_client_handled_total{job="web-client",grpc_service="proto.EchoService",grpc_code="OK"}"#,
    ),
    counter(
        "server, started",
        r#"grpc_server_started_total{job="echo-server",grpc_service="proto.EchoService"}"#,
    ),
    counter(
        "server, received",
        r#"grpc_server_msg_received_total{job="echo-server",grpc_service="proto.EchoService"}"#,
    ),
    counter(
        "server, sent",
        r#"grpc_server_msg_sent_total{job="echo-server",grpc_service="proto.EchoService"}"#,
    ),
    counter(
        "server, handled OK",
        r#"grpc_server_handled_total{job="echo-server",grpc_service="proto.EchoService",grpc_code="OK"}"#,
    ),
];

const ENVOY: [Counter; 3] = [
    counter(
        "Envoy, edge",
        r#"envoy_http_downstream_rq_total{job="envoy",envoy_http_conn_manager_prefix="edge"}"#,
    ),
    counter(
        "Envoy, gRPC",
        r#"envoy_http_downstream_rq_total{job="envoy",envoy_http_conn_manager_prefix="grpc"}"#,
    ),
    counter(
        "Envoy, to echo-server",
        r#"envoy_cluster_upstream_rq_total{job="envoy",envoy_cluster_name="echo-server"}"#,
    ),
];

/// One claim.
pub(super) async fn claims(parts: &Parts) -> Vec<Claim> {
    let claim = format!("{SENT} echoes are exactly {SENT} more everywhere");
    let mut counters = ECHO.to_vec();
    if parts.settings.tutorial.has(Tutorial::Sink) {
        counters.extend(ENVOY);
    }
    vec![Claim::from_result(claim, conserve(parts, &counters).await)]
}

async fn conserve(parts: &Parts, counters: &[Counter]) -> Result<String, String> {
    let prometheus = &parts.prometheus;
    let before = at_rest(prometheus, counters).await?.ok_or(
        "the counters do not rest: a load or somebody's echoes are running; try again when they have ended",
    )?;
    traffic::send(&parts.fetch, &parts.settings.edge, SENT).await?;
    wait_until_counted(prometheus, counters, &before).await?;
    let after = at_rest(prometheus, counters).await?.ok_or("something else sends echoes at the same time")?;
    judge(counters, &before, &after)
}

/// The counters' values once none has moved for `REST`; `None` if they keep moving.
async fn at_rest(prometheus: &Prometheus, counters: &[Counter]) -> Result<Option<Vec<f64>>, String> {
    let started = Instant::now();
    let mut values = read(prometheus, counters).await?;
    let mut still_since = Instant::now();
    while still_since.elapsed() < REST {
        if started.elapsed() > PATIENCE {
            return Ok(None);
        }
        tokio::time::sleep(PAUSE).await;
        let now = read(prometheus, counters).await?;
        if now != values {
            (values, still_since) = (now, Instant::now());
        }
    }
    Ok(Some(values))
}

async fn wait_until_counted(
    prometheus: &Prometheus,
    counters: &[Counter],
    before: &[f64],
) -> Result<(), String> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        let now = read(prometheus, counters).await?;
        if now.iter().zip(before).all(|(now, before)| now - before >= SENT as f64) {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    // What is missing is told by the comparison.
    Ok(())
}

/// The newest raw samples, summed here over each counter's series; a counter that is not there yet has counted nothing.
async fn read(prometheus: &Prometheus, counters: &[Counter]) -> Result<Vec<f64>, String> {
    let mut values = Vec::with_capacity(counters.len());
    for counter in counters {
        let series = prometheus.instant(counter.selector, None).await.map_err(|error| error.to_string())?;
        values.push(series.iter().filter_map(crate::prometheus::Series::last).sum());
    }
    Ok(values)
}

fn judge(counters: &[Counter], before: &[f64], after: &[f64]) -> Result<String, String> {
    let differences = counters
        .iter()
        .zip(before.iter().zip(after))
        .map(|(counter, (before, after))| (counter.who, after - before));
    let wrong: Vec<String> = differences
        .filter(|(_, more)| *more != SENT as f64)
        .map(|(who, more)| format!("{who} +{more}"))
        .collect();
    if !wrong.is_empty() {
        return Err(format!("{SENT} sent, but {}", wrong.join("; ")));
    }
    let who: Vec<&str> = counters.iter().map(|counter| counter.who).collect();
    Ok(format!("+{SENT} in {}", who.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: [Counter; 2] = [counter("client", "c"), counter("server", "s")];

    #[test]
    fn exactly_as_many_more_is_proven() {
        assert_eq!(judge(&TWO, &[10.0, 0.0], &[210.0, 200.0]).unwrap(), "+200 in client; server");
    }

    #[test]
    fn one_too_few_or_too_many_fails_and_is_named() {
        assert_eq!(judge(&TWO, &[10.0, 0.0], &[210.0, 199.0]).unwrap_err(), "200 sent, but server +199");
        assert_eq!(judge(&TWO, &[10.0, 0.0], &[211.0, 200.0]).unwrap_err(), "200 sent, but client +201");
    }

    #[test]
    fn a_restart_is_not_taken_for_a_count() {
        assert!(judge(&TWO, &[500.0, 0.0], &[200.0, 200.0]).unwrap_err().contains("client +-300"));
    }
}
