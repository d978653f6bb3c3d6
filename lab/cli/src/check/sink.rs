//! The claim that the sink's page of Envoy's metrics is Envoy's own page.

use std::time::Duration;

use prometheus_text::{Difference, Exposition, Kind};

use clients::{Clients, poll::until, time::unix_now};

use crate::table::Claim;

/// What the sink adds to every series.
const ADDED: [&str; 2] = ["job", "instance"];
/// What a series of the admin listener has.
const ADMIN: &str = r#"envoy_http_conn_manager_prefix="admin""#;
/// A gauge may move there and back between the readings; another attempt will see it at rest.
const ATTEMPTS: usize = 4;
/// Flushes come each second.
const PATIENCE: Duration = Duration::from_secs(10);

/// One claim.
pub(super) async fn claims(parts: &Clients) -> Vec<Claim> {
    let mut result = Err(String::new());
    for _ in 0..ATTEMPTS {
        result = compare_once(parts).await;
        if result.is_ok() {
            break;
        }
    }
    if let Err(said) = &mut result
        && late(parts).await.unwrap_or(false)
    {
        said.push_str(
            "; the sink has started after Envoy, whose histograms it knows only from then on: restart Envoy",
        );
    }
    vec![Claim::from_result("the sink's page of Envoy is Envoy's own", result)]
}

/// Reads Envoy, then the sink after a later flush, then Envoy again.
async fn compare_once(parts: &Clients) -> Result<String, String> {
    let before = page("Envoy", &parts.envoy.stats().await.map_err(|error| error.to_string())?)?;
    // The next flush may have been on its way when Envoy was read; the one after it was not.
    let flushed = flushes(parts).await?;
    until(PATIENCE, || async {
        let now = flushes(parts).await?;
        if now >= flushed + 2.0 { Ok(()) } else { Err("Envoy does not flush".to_owned()) }
    })
    .await?;
    let sink = format!("{}/envoy/metrics", parts.settings.metrics_sink);
    let sink = page("the sink", &parts.fetch.get(&sink).text().await.map_err(|error| error.to_string())?)?;
    let after = page("Envoy", &parts.envoy.stats().await.map_err(|error| error.to_string())?)?;
    judge(&before, &after, sink)
}

/// Whether the sink has started after Envoy.
async fn late(parts: &Clients) -> Result<bool, String> {
    let sink = parts.fetch.get(&format!("{}/metrics", parts.settings.metrics_sink)).text().await;
    let sink = page("the sink", &sink.map_err(|error| error.to_string())?)?;
    let envoy = page("Envoy", &parts.envoy.stats().await.map_err(|error| error.to_string())?)?;
    let started = sink.value("process_start_time_seconds", &[]);
    let up = envoy.value("envoy_server_uptime", &[]);
    Ok(started.zip(up).is_some_and(|(started, up)| started > unix_now() - up))
}

async fn flushes(parts: &Clients) -> Result<f64, String> {
    let text = parts.fetch.get(&format!("{}/metrics", parts.settings.metrics_sink)).text().await;
    let text = page("the sink", &text.map_err(|error| error.to_string())?)?;
    text.value("metrics_sink_messages_total", &[]).ok_or_else(|| "the sink counts no messages".into())
}

fn page(whose: &str, text: &str) -> Result<Exposition, String> {
    prometheus_text::parse(text).map_err(|error| format!("{whose}: {error}"))
}

fn judge(before: &Exposition, after: &Exposition, sink: Exposition) -> Result<String, String> {
    let sink = sink.without_labels(&ADDED);
    let mut differences = prometheus_text::compare_between(before, after, &sink);
    differences.retain(|difference| !moved_by_reading(before, difference));
    if differences.is_empty() {
        let (families, series) = (sink.families().count(), sink.series_count());
        return Ok(format!("{families} families, {series} series: names, types, labels, values"));
    }
    let told: Vec<String> = differences.iter().take(3).map(Difference::to_string).collect();
    let more = if differences.len() > told.len() { "; ..." } else { "" };
    Err(format!("{} differences: {}{more}", differences.len(), told.join("; ")))
}

/// Whether it is a gauge of the admin listener: reading the page opens a connection, which the page then shows.
fn moved_by_reading(page: &Exposition, difference: &Difference) -> bool {
    let Difference::Value { series, .. } = difference else { return false };
    let name = series.split('{').next().unwrap_or_default();
    let gauge = page.family(name).is_some_and(|family| family.kind() == Kind::Gauge);
    gauge && (name.starts_with("envoy_listener_admin_") || series.contains(ADMIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Exposition {
        prometheus_text::parse(text).unwrap()
    }

    #[test]
    fn the_sinks_own_labels_are_left_out_and_counters_may_lie_between() {
        let before = read("# TYPE a counter\na{x=\"1\"} 5\n# TYPE g gauge\ng 1\n");
        let after = read("# TYPE a counter\na{x=\"1\"} 9\n# TYPE g gauge\ng 1\n");
        let sink = "# TYPE a counter\na{instance=\"envoy-1\",job=\"envoy\",x=\"1\"} 7\n# TYPE g gauge\ng{instance=\"envoy-1\",job=\"envoy\"} 1\n";
        assert_eq!(
            judge(&before, &after, read(sink)).unwrap(),
            "2 families, 2 series: names, types, labels, values"
        );
        let wrong = sink.replace("} 7", "} 10").replace("} 1\n", "} 2\n");
        let said = judge(&before, &after, read(&wrong)).unwrap_err();
        assert!(said.starts_with("2 differences") && said.contains("not within 5 and 9"), "{said}");
    }
    #[test]
    fn only_gauges_of_the_admin_listener_may_be_moved_by_reading() {
        let page = |prefix: &str, gauge: u8, counter: u8| {
            let labels = format!("{{envoy_http_conn_manager_prefix=\"{prefix}\"}}");
            read(&format!(
                "# TYPE active gauge\nactive{labels} {gauge}\n# TYPE all counter\nall{labels} {counter}\n"
            ))
        };
        let judged = |prefix, gauge, counter| {
            let (before, after) = (page(prefix, 1, 5), page(prefix, 1, 5));
            judge(&before, &after, page(prefix, gauge, counter))
        };
        assert!(judged("admin", 0, 5).is_ok());
        assert!(judged("edge", 0, 5).is_err());
        assert!(judged("admin", 1, 6).is_err());
    }
}
