//! Links to the dashboards and services that show a page's traffic.

use maud::{Markup, html};

use super::Tab;
use crate::config::Links;

struct Link {
    address: String,
    name: &'static str,
    description: &'static str,
}

pub(super) fn list(tab: Tab, links: &Links) -> Markup {
    let targets = targets(tab, links);
    html! {
        @if !targets.is_empty() {
            nav.card aria-labelledby="watch" {
                h2 #watch { "Observe" }
                ul.places {
                    @for link in targets {
                        li { a href=(link.address) { b { (link.name) } span { (link.description) } } }
                    }
                }
            }
        }
    }
}

/// The uid, name and description of each dashboard.
fn dashboards(tab: Tab) -> [(&'static str, &'static str, &'static str); 4] {
    let overview = ("lookout", "Overview", "all services, alerts, rates");
    let client = ("grpc-client", "gRPC client", "rate, errors and duration, measured here");
    let envoy = ("envoy", "Envoy", "the traffic between them");
    let server = match tab {
        Tab::Echo => ("grpc-server", "gRPC server", "the same, measured by the echo server"),
        Tab::Orders => ("orders", "Orders", "the same, measured by the order service, and its store"),
    };
    [overview, client, server, envoy]
}

fn targets(tab: Tab, links: &Links) -> Vec<Link> {
    let mut targets = Vec::new();
    if let Some(grafana) = links.grafana() {
        targets.extend(dashboards(tab).map(|(uid, name, description)| Link {
            address: format!("{grafana}/d/{uid}"),
            name,
            description,
        }));
    }
    let services = [
        (links.jaeger(), "/search?service=web-client", "Traces", "each request, span by span (Jaeger)"),
        (links.prometheus(), "/api/v1/targets", "Prometheus", "its targets and their health"),
        (links.mailbox(), "/", "Mailbox", "alert mail"),
    ];
    targets.extend(services.into_iter().filter_map(|(base, path, name, description)| {
        Some(Link { address: format!("{}{path}", base?), name, description })
    }));
    targets
}
