//! The addresses that `make up` prints.

use std::fmt::Write as _;

use catalog::Service;
use clients::Clients;

use crate::{mail_route::MailRoute, render::published::Published};

/// A line per page: its name, the service that serves it, and its address with the default port.
const PAGES: [(&str, Service, &str); 12] = [
    ("Send an echo", Service::Envoy, "http://127.0.0.1:10000/"),
    ("Place an order", Service::OrderService, "http://127.0.0.1:10000/orders"),
    ("Hello, through the balancer", Service::TcpBalancer, "http://127.0.0.1:3100/"),
    ("Dashboards (Grafana)", Service::Grafana, "http://127.0.0.1:3000/"),
    ("Prometheus", Service::Prometheus, "http://127.0.0.1:9090/"),
    ("Alertmanager", Service::Alertmanager, "http://127.0.0.1:9093/"),
    ("Mailbox (MailDev)", Service::Maildev, "http://127.0.0.1:1080/"),
    ("Traces (Jaeger)", Service::Jaeger, "http://127.0.0.1:16686/"),
    ("Envoy's admin page", Service::Envoy, "http://127.0.0.1:9901/"),
    ("Envoy's metrics, by the sink", Service::MetricsSink, "http://127.0.0.1:9102/envoy/metrics"),
    ("The balancer's backends", Service::TcpBalancer, "http://127.0.0.1:8888/servers"),
    ("InfluxDB", Service::InfluxDb, "http://127.0.0.1:8086/query?db=metric&q=SHOW+MEASUREMENTS"),
];

/// Services whose Debian builds have no pages, and an address that works there.
const API: [(&str, Service, &str); 3] = [
    ("Prometheus", Service::Prometheus, "http://127.0.0.1:9090/api/v1/alerts"),
    ("Alertmanager", Service::Alertmanager, "http://127.0.0.1:9093/api/v2/alerts"),
    ("Jaeger", Service::Jaeger, "http://127.0.0.1:8000/t"),
];

/// The addresses of the selected services, and what is missing.
pub async fn list(clients: &Clients, published: &Published) -> String {
    let settings = &clients.settings;
    let has_grafana = clients.fetch.get(&format!("{}/api/health", settings.grafana)).text().await.is_ok();
    let mut text = String::new();
    let mut line = |line: String| {
        let _ = writeln!(text, "{line}");
    };
    line(published.replace(
        "\n  Open http://127.0.0.1:8000: the console, with the lab's topology, tutorials and dashboards.\n\n  The services:",
    ));
    for (name, service, address) in PAGES {
        if settings.tutorial.has_service(service) && (service != Service::Grafana || has_grafana) {
            line(format!("  {name:28} {}", published.replace(address)));
        }
    }
    line(String::new());
    line(match MailRoute::read(clients).await {
        Ok(route) if route.host() == Service::Maildev.name() => {
            format!("  Alert mail goes to the lab's mailbox, {}.", published.replace("http://127.0.0.1:1080"))
        }
        Ok(route) => format!("  Alert mail goes to {}, by {}.", route.to, route.server),
        Err(error) => format!("  It is unknown where alert mail goes: {error}."),
    });
    if !has_grafana {
        line("  Grafana does not run. The console draws its dashboards.".into());
    }
    for (name, service, address) in API {
        let url = match service {
            Service::Prometheus => &settings.prometheus,
            Service::Alertmanager => &settings.alertmanager,
            _ => &settings.jaeger,
        };
        if has_no_pages(clients, url).await {
            let address = published.replace(address);
            line(format!("  {name} is a build without web pages. Use {address} instead."));
        }
    }
    line("  Next: make load, make alert, make check. Stop with make down.".into());
    text
}

/// Whether the service runs and has no page at its root.
async fn has_no_pages(clients: &Clients, url: &str) -> bool {
    match clients.fetch.get(&format!("{url}/")).response().await {
        Ok((status, _, body)) => !status.is_success() || is_placeholder(&body),
        Err(_) => false,
    }
}

/// Whether the page is Jaeger's placeholder for its web files.
fn is_placeholder(page: &[u8]) -> bool {
    String::from_utf8_lossy(page).contains("not compiled with the UI assets")
}
