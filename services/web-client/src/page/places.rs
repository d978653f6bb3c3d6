//! Where the traffic of a page can be watched.

use maud::{Markup, html};

use super::Tab;
use crate::config::Links;

struct Place {
    address: String,
    name: &'static str,
    what: &'static str,
}

pub(super) fn list(tab: Tab, links: &Links) -> Markup {
    let places = places(tab, links);
    html! {
        @if !places.is_empty() {
            nav.card aria-labelledby="watch" {
                h2 #watch { "Watch it" }
                ul.places {
                    @for place in places {
                        li { a href=(place.address) { b { (place.name) } span { (place.what) } } }
                    }
                }
            }
        }
    }
}

/// Each dashboard's uid, name and what it shows.
fn dashboards(tab: Tab) -> [(&'static str, &'static str, &'static str); 4] {
    let overview = ("lookout", "Overview", "every part, alerts, rates");
    let client = ("grpc-client", "gRPC client", "rate, errors, duration as this side sees them");
    let envoy = ("envoy", "Envoy", "what passes between them");
    let server = match tab {
        Tab::Echo => ("grpc-server", "gRPC server", "the same as the echo server sees it"),
        Tab::Orders => ("orders", "Orders", "the same as the order service sees it, and its store"),
    };
    [overview, client, server, envoy]
}

fn places(tab: Tab, links: &Links) -> Vec<Place> {
    let mut places = Vec::new();
    if let Some(grafana) = links.grafana() {
        places.extend(dashboards(tab).map(|(uid, name, what)| Place {
            address: format!("{grafana}/d/{uid}"),
            name,
            what,
        }));
    }
    let parts = [
        (links.jaeger(), "/search?service=web-client", "Traces", "each request, span by span (Jaeger)"),
        (links.prometheus(), "/", "Prometheus", "metrics, targets, alert rules"),
        (links.mailbox(), "/", "Mailbox", "where alert mail arrives"),
    ];
    places.extend(parts.into_iter().filter_map(|(base, path, name, what)| {
        Some(Place { address: format!("{}{path}", base?), name, what })
    }));
    places
}
