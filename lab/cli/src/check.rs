//! `lab check`: every claim that the lab makes, proven on the running lab.

pub mod catalogue;
mod conservation;
mod console;
mod containers;
mod echoes;
pub mod grafana;
mod grpc;
mod hello;
mod memory;
mod names;
mod orders;
pub mod outage;
pub mod panels;
mod rules;
mod scraping;
mod sink;
pub mod soak;
mod trace;
mod values;

use std::{
    io::{self, Write},
    time::Duration,
};

use tokio_util::sync::CancellationToken;

use catalog::{Service, Stream, Tutorial};
use clients::{Clients, docker::DockerError};
use faults::load::{self, Generator};

use crate::table::{Claim, Table, Tally};

/// How long all empty panels together are waited for, while traffic flows.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long traffic flows before the first panel is judged: the widest window of a panel at rest.
const WARM_UP: Duration = Duration::from_secs(6);

/// Proves the claims and writes the table to `out` as it goes; nothing if `stop` came first. No fault is left.
pub async fn run(parts: &Clients, stop: &CancellationToken, out: impl Write) -> io::Result<Option<Tally>> {
    let mut table = Table::new(out);
    let found = parts.docker.services().await;
    let has_grafana = match &found {
        Ok(services) => services.contains(&Service::Grafana),
        Err(_) => parts.grafana.version().await.is_ok(),
    };
    match stop.run_until_cancelled(in_peace(parts, found, has_grafana, &mut table)).await {
        Some(written) => written?,
        None => return Ok(None),
    }
    // What these break they mend: they are not cut off, but end by themselves.
    if parts.settings.tutorial.has(Tutorial::Balancer) {
        table.group("Soak", soak::claims(parts, stop).await)?;
    }
    for (title, claims) in rules::claims(parts, has_grafana, stop).await {
        table.group(title, claims)?;
    }
    if stop.is_cancelled() {
        return Ok(None);
    }
    table.finish().map(Some)
}

/// What is proven without breaking anything.
async fn in_peace(
    parts: &Clients,
    found: Result<Vec<Service>, DockerError>,
    has_grafana: bool,
    table: &mut Table<impl Write>,
) -> io::Result<()> {
    let tutorial = parts.settings.tutorial;
    table.group("Containers", containers::claims(parts, found).await)?;
    table.group("Prometheus", scraping::claims(parts).await)?;

    let traffic = Stream::of(tutorial).into_iter().map(|stream| Generator::start(parts, stream)).collect();
    let (grpc, traces, ()) = tokio::join!(grpc::claims(parts), traces(parts), tokio::time::sleep(WARM_UP));
    table.group("gRPC", grpc)?;
    for (title, claims) in traces {
        table.group(title, claims)?;
    }
    dashboards(parts, has_grafana, table).await?;
    table.group("Console", console::claims(parts, has_grafana).await)?;
    load::stop_all(traffic).await;

    table.group("Metrics", catalogue::claims(parts).await)?;
    if tutorial.has(Tutorial::Sink) {
        table.group("Envoy through the sink", sink::claims(parts).await)?;
    }
    table.group("Conservation", echoes::claims(parts).await)?;
    if tutorial.has(Tutorial::Order) {
        table.group("Orders", orders::claims(parts).await)?;
    }
    if tutorial.has(Tutorial::Balancer) {
        table.group("Hello", hello::claims(parts).await)?;
    }
    table.group("Memory", memory::claims(parts).await)
}

async fn traces(parts: &Clients) -> Vec<(&'static str, Vec<Claim>)> {
    let echo = parts.fetch.get(&format!("{}/echo?m=trace", parts.settings.edge));
    let mut traces = vec![("Traces and logs", trace::claims(parts, trace::ECHO, echo).await)];
    if parts.settings.tutorial.has(Tutorial::Order) {
        let order = parts.orders.place("check");
        traces.push(("Traces and logs of an order", trace::claims(parts, trace::ORDER, order).await));
    }
    traces
}

async fn dashboards(parts: &Clients, has_grafana: bool, table: &mut Table<impl Write>) -> io::Result<()> {
    let folder = &parts.settings.dashboards;
    let all = match dashboards::load(folder, &parts.settings.tutorial.dashboard_folders()) {
        Ok(all) if !all.is_empty() => all,
        Ok(_) => {
            let none = format!("none in {}", folder.display());
            return table.group("Dashboards", vec![Claim::failed("there are dashboards", none)]);
        }
        Err(error) => {
            let unread = Claim::failed("the dashboards can be read", error.to_string());
            return table.group("Dashboards", vec![unread]);
        }
    };
    let mut panels = panels::Panels::new(parts, has_grafana, PATIENCE).await;
    for dashboard in &all {
        let title = format!("Dashboard {}: {}", dashboard.uid, dashboard.title);
        table.group(&title, panels.claims(dashboard).await)?;
    }
    table.group("Grafana", grafana::claims(parts, has_grafana, &all).await)
}
