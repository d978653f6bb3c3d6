//! `lab check`: every claim that the lab makes, proven on the running lab.

pub mod catalogue;
mod conservation;
mod containers;
pub mod grafana;
mod grpc;
mod memory;
mod names;
pub mod panels;
mod scraping;
mod sink;
pub mod soak;
mod trace;
mod values;

use std::{
    io::{self, Write},
    time::Duration,
};

use crate::{
    dashboards,
    parts::Parts,
    service::Service,
    table::{Claim, Table, Tally},
    traffic::{self, Stream, Traffic},
    tutorial::Tutorial,
};

/// How long all empty panels together are waited for, while traffic flows.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long traffic flows before the first panel is judged: the widest window of a panel at rest.
const WARM_UP: Duration = Duration::from_secs(6);

/// Proves the claims and writes the table to `out` as it goes.
pub async fn run(parts: &Parts, out: impl Write) -> io::Result<Tally> {
    let mut table = Table::new(out);
    let tutorial = parts.settings.tutorial;
    let found = parts.docker.services().await;
    let has_grafana = match &found {
        Ok(services) => services.contains(&Service::Grafana),
        Err(_) => parts.grafana.version().await.is_ok(),
    };

    table.group("Containers", containers::claims(parts, found).await)?;
    table.group("Prometheus", scraping::claims(parts).await)?;

    let traffic = Stream::of(tutorial).into_iter().map(|stream| Traffic::start(parts, stream)).collect();
    let (grpc, trace, ()) =
        tokio::join!(grpc::claims(parts), trace::claims(parts), tokio::time::sleep(WARM_UP));
    table.group("gRPC", grpc)?;
    table.group("Traces and logs", trace)?;

    match dashboards::load(&parts.settings.dashboards, &tutorial.dashboard_folders()) {
        Err(error) => {
            table
                .group("Dashboards", vec![Claim::failed("the dashboards can be read", error.to_string())])?;
        }
        Ok(all) if all.is_empty() => {
            let folder = parts.settings.dashboards.display();
            table.group(
                "Dashboards",
                vec![Claim::failed("there are dashboards", format!("none in {folder}"))],
            )?;
        }
        Ok(all) => {
            let mut panels = panels::Panels::new(parts, has_grafana, PATIENCE).await;
            for dashboard in &all {
                let title = format!("Dashboard {}: {}", dashboard.uid, dashboard.title);
                table.group(&title, panels.claims(dashboard).await)?;
            }
            table.group("Grafana", grafana::claims(parts, has_grafana, &all).await)?;
        }
    }
    traffic::stop_all(traffic).await;

    table.group("Metrics", catalogue::claims(parts).await)?;
    if tutorial.has(Tutorial::Sink) {
        table.group("Envoy through the sink", sink::claims(parts).await)?;
    }
    table.group("Conservation", conservation::claims(parts).await)?;
    table.group("Memory", memory::claims(parts).await)?;
    table.finish()
}
