//! `lab check`: proves every claim against the running lab.

mod configuration;
mod conservation;
mod console;
mod containers;
mod dashboard_metrics;
mod echoes;
mod exemplars;
pub mod grafana;
mod grafana_rules;
mod grpc;
mod hello;
mod memory;
pub mod metrics;
mod orders;
pub mod outage;
pub mod panels;
mod scraping;
mod sink;
pub mod soak;
mod stalled;
mod telemetry;
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

/// Timeout for all panels together to have data under load.
const PANELS_TIMEOUT: Duration = Duration::from_secs(15);
/// Duration of the load before the first panel is checked: the widest window of a panel's rates.
const WARM_UP: Duration = Duration::from_secs(6);

/// Checks all claims, and writes the table to `out` group by group. Returns `None` if `stop` was canceled. Leaves no fault
/// active.
///
/// # Errors
///
/// Returns an error if `out` cannot be written.
pub async fn run(clients: &Clients, stop: &CancellationToken, out: impl Write) -> io::Result<Option<Tally>> {
    let mut table = Table::new(out);
    let services = clients.docker.services().await;
    let has_grafana = match &services {
        Ok(services) => services.contains(&Service::Grafana),
        Err(_) => clients.grafana.version().await.is_ok(),
    };
    match stop.run_until_cancelled(without_faults(clients, services, has_grafana, &mut table)).await {
        Some(written) => written?,
        None => return Ok(None),
    }
    // These inject faults: they must run until they have cleared them, and watch `stop` themselves.
    if clients.settings.tutorial.has(Tutorial::Balancer) {
        table.group("Soak", soak::claims(clients, stop).await)?;
    }
    for (title, claims) in grafana_rules::claims(clients, has_grafana, stop).await {
        table.group(title, claims)?;
    }
    if stop.is_cancelled() {
        return Ok(None);
    }
    table.finish().map(Some)
}

/// The claims that are checked without injecting a fault.
async fn without_faults(
    clients: &Clients,
    services: Result<Vec<Service>, DockerError>,
    has_grafana: bool,
    table: &mut Table<impl Write>,
) -> io::Result<()> {
    let tutorial = clients.settings.tutorial;
    table.group("Containers", containers::claims(clients, services).await)?;
    table.group("Configuration", configuration::claims(clients, has_grafana).await)?;
    table.group("Prometheus", scraping::claims(clients).await)?;

    let load = Stream::of(tutorial).into_iter().map(|stream| Generator::start(clients, stream)).collect();
    let (grpc, traces, ()) =
        tokio::join!(grpc::claims(clients), traces(clients), tokio::time::sleep(WARM_UP));
    table.group("gRPC", grpc)?;
    for (title, claims) in traces {
        table.group(title, claims)?;
    }
    table.group("Exemplars", exemplars::claims(clients).await)?;
    dashboards(clients, has_grafana, table).await?;
    table.group("Console", console::claims(clients, has_grafana).await)?;
    load::stop_all(load).await;

    table.group("Metrics", metrics::claims(clients).await)?;
    table.group("Logs and spans", telemetry::claims(clients).await)?;
    table.group("Stalled clients", stalled::claims(clients).await)?;
    if tutorial.has(Tutorial::Sink) {
        table.group("Envoy through the sink", sink::claims(clients).await)?;
    }
    table.group("Conservation", echoes::claims(clients).await)?;
    if tutorial.has(Tutorial::Order) {
        table.group("Orders", orders::claims(clients).await)?;
    }
    if tutorial.has(Tutorial::Balancer) {
        table.group("Hello", hello::claims(clients).await)?;
    }
    table.group("Memory", memory::claims(clients).await)
}

async fn traces(clients: &Clients) -> Vec<(&'static str, Vec<Claim>)> {
    let echo = clients.fetch.get(&format!("{}/echo?m=trace", clients.settings.edge));
    let mut traces = vec![("Traces and logs", trace::claims(clients, trace::ECHO, echo).await)];
    if clients.settings.tutorial.has(Tutorial::Order) {
        let order = clients.orders.place("check");
        traces.push(("Traces and logs of an order", trace::claims(clients, trace::ORDER, order).await));
    }
    traces
}

async fn dashboards(clients: &Clients, has_grafana: bool, table: &mut Table<impl Write>) -> io::Result<()> {
    let folder = &clients.settings.dashboards;
    let all = match dashboards::load(folder, &clients.settings.tutorial.dashboard_folders()) {
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
    let mut panels = panels::Panels::new(clients, has_grafana, PANELS_TIMEOUT).await;
    for dashboard in &all {
        let title = format!("Dashboard {}: {}", dashboard.uid, dashboard.title);
        table.group(&title, panels.claims(dashboard).await)?;
    }
    table.group("Grafana", grafana::claims(clients, has_grafana, &all).await)
}
