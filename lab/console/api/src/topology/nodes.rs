//! The table of all nodes. Columns follow a request from its caller; observability services are in the rows below.

use catalog::{Selection, Tutorial};
use clients::settings::Settings;

use super::model::{HealthSource, Node};
use super::view::NodeKind;
use crate::config::Links;

pub(super) const NODES: &[Node] = &[
    Node {
        id: "you",
        title: "You, the load",
        kind: NodeKind::Client,
        tutorial: Tutorial::Lab,
        column: 0,
        row: 1,
        description: "Any client of the lab: a browser, curl, make load, or the buttons of these pages.",
        health: HealthSource::AlwaysUp,
        dashboard: None,
        links: &[],
    },
    Node {
        id: "envoy-edge",
        title: "Envoy, edge",
        kind: NodeKind::Proxy,
        tutorial: Tutorial::Lab,
        column: 1,
        row: 1,
        description: "Envoy's outer listener: routes HTTP from outside to the web client.",
        health: HealthSource::Page(envoy),
        dashboard: Some(("envoy", Tutorial::Sink)),
        links: &[("The page behind it", "edge", "/"), ("Envoy's admin page", "envoy_admin", "/")],
    },
    Node {
        id: "web-client",
        title: "web-client",
        kind: NodeKind::Service,
        tutorial: Tutorial::Echo,
        column: 2,
        row: 1,
        description: "Turns each HTTP request into a gRPC call, and sends it through Envoy.",
        health: HealthSource::Scraped {
            job: "web-client",
            page: |settings| format!("{}/healthz", settings.web_client),
        },
        dashboard: Some(("grpc-client", Tutorial::Echo)),
        links: &[("Its page", "web_client", "/"), ("Its metrics", "web_client", "/metrics")],
    },
    Node {
        id: "envoy-grpc",
        title: "Envoy, gRPC",
        kind: NodeKind::Proxy,
        tutorial: Tutorial::Lab,
        column: 3,
        row: 1,
        description: "The inner listener of the same Envoy: routes gRPC to the server of each service. Faults are injected here.",
        health: HealthSource::Page(envoy),
        dashboard: Some(("envoy", Tutorial::Sink)),
        links: &[("Its runtime, with the faults", "envoy_admin", "/runtime")],
    },
    Node {
        id: "echo-server",
        title: "echo-server",
        kind: NodeKind::Service,
        tutorial: Tutorial::Echo,
        column: 4,
        row: 0,
        description: "gRPC server that returns each message unchanged.",
        health: HealthSource::Scraped {
            job: "echo-server",
            page: |settings| format!("{}/healthz", settings.echo_server),
        },
        dashboard: Some(("grpc-server", Tutorial::Echo)),
        links: &[("Its metrics", "echo_server", "/metrics")],
    },
    Node {
        id: "order-service",
        title: "order-service",
        kind: NodeKind::Service,
        tutorial: Tutorial::Order,
        column: 4,
        row: 1,
        description: "gRPC server that accepts orders and advances their state.",
        health: HealthSource::Scraped {
            job: "order-service",
            page: |settings| format!("{}/healthz", settings.order_metrics),
        },
        dashboard: Some(("orders", Tutorial::Order)),
        links: &[("Its metrics", "order_metrics", "/metrics")],
    },
    Node {
        id: "orders-db",
        title: "SQLite",
        kind: NodeKind::Store,
        tutorial: Tutorial::Order,
        column: 5,
        row: 1,
        description: "The database of the orders, a file of order-service.",
        health: HealthSource::Inside("order-service"),
        dashboard: Some(("orders", Tutorial::Order)),
        links: &[],
    },
    Node {
        id: "tcp-balancer",
        title: "tcp-balancer",
        kind: NodeKind::Proxy,
        tutorial: Tutorial::Balancer,
        column: 1,
        row: 2,
        description: "Connects each TCP connection to a backend, and counts every byte in both directions.",
        health: HealthSource::Scraped {
            job: "tcp-balancer",
            page: |settings| format!("{}/healthz", settings.balancer_rest),
        },
        dashboard: Some(("balancer", Tutorial::Balancer)),
        links: &[("Hello, through it", "balancer", "/"), ("Its servers", "balancer_rest", "/servers")],
    },
    Node {
        id: "hello-influx-1",
        title: "hello-influx-1",
        kind: NodeKind::Service,
        tutorial: Tutorial::Balancer,
        column: 2,
        row: 2,
        description: "Responds with hello, and measures its response time. The first of two.",
        health: HealthSource::Balanced { host: "hello-influx-1", page: |_| hello("hello-influx-1") },
        dashboard: Some(("hello", Tutorial::Influx)),
        links: &[],
    },
    Node {
        id: "hello-influx-2",
        title: "hello-influx-2",
        kind: NodeKind::Service,
        tutorial: Tutorial::Balancer,
        column: 2,
        row: 3,
        description: "Responds with hello, and measures its response time. The second of two.",
        health: HealthSource::Balanced { host: "hello-influx-2", page: |_| hello("hello-influx-2") },
        dashboard: Some(("hello", Tutorial::Influx)),
        links: &[],
    },
    Node {
        id: "influxdb",
        title: "InfluxDB",
        kind: NodeKind::Store,
        tutorial: Tutorial::Influx,
        column: 3,
        row: 3,
        description: "Stores the counters and timers that the hello servers push.",
        health: HealthSource::Page(|settings| format!("{}/ping", settings.influxdb)),
        dashboard: Some(("hello", Tutorial::Influx)),
        links: &[],
    },
    Node {
        id: "metrics-sink",
        title: "metrics-sink",
        kind: NodeKind::Watcher,
        tutorial: Tutorial::Sink,
        column: 1,
        row: 4,
        description: "Receives the metrics that Envoy streams, and exposes them to Prometheus.",
        health: HealthSource::Scraped {
            job: "metrics-sink",
            page: |settings| format!("{}/healthz", settings.metrics_sink),
        },
        dashboard: Some(("envoy", Tutorial::Sink)),
        links: &[("Envoy's metrics", "sink", "/envoy/metrics"), ("Its own", "sink", "/metrics")],
    },
    Node {
        id: "prometheus",
        title: "Prometheus",
        kind: NodeKind::Watcher,
        tutorial: Tutorial::Lab,
        column: 3,
        row: 4,
        description: "Scrapes all metrics every second, stores them, and evaluates the alert rules.",
        health: HealthSource::Scraped {
            job: "prometheus",
            page: |settings| format!("{}/-/ready", settings.prometheus),
        },
        dashboard: Some(("lookout", Tutorial::Lab)),
        links: &[
            ("Its targets", "prometheus", "/api/v1/targets"),
            ("Its alerts", "prometheus", "/api/v1/alerts"),
        ],
    },
    Node {
        id: "alertmanager",
        title: "Alertmanager",
        kind: NodeKind::Watcher,
        tutorial: Tutorial::Lab,
        column: 4,
        row: 4,
        description: "Groups alerts with the same cause, and sends one mail for them.",
        health: HealthSource::Scraped {
            job: "alertmanager",
            page: |settings| format!("{}/-/ready", settings.alertmanager),
        },
        dashboard: Some(("lookout", Tutorial::Lab)),
        links: &[("Its page", "alertmanager", "/")],
    },
    Node {
        id: "maildev",
        title: "Mailbox",
        kind: NodeKind::Inbox,
        tutorial: Tutorial::Lab,
        column: 5,
        row: 4,
        description: "MailDev, the lab's own mailbox: no mail leaves the machine.",
        health: HealthSource::Page(|settings| format!("{}/healthz", settings.maildev)),
        dashboard: None,
        links: &[("The mailbox", "mailbox", "/")],
    },
    Node {
        id: "jaeger",
        title: "Jaeger",
        kind: NodeKind::Watcher,
        tutorial: Tutorial::Lab,
        column: 3,
        row: 5,
        description: "Stores the spans of every request as traces.",
        health: HealthSource::Page(|settings| format!("{}/api/services", settings.jaeger)),
        dashboard: None,
        links: &[("Its search", "jaeger", "/search")],
    },
    Node {
        id: "grafana",
        title: "Grafana",
        kind: NodeKind::Watcher,
        tutorial: Tutorial::Lab,
        column: 5,
        row: 3,
        description: "Draws the dashboards, and evaluates alert rules of its own.",
        health: HealthSource::Page(|settings| format!("{}/api/health", settings.grafana)),
        dashboard: None,
        links: &[("Its dashboards", "grafana", "/dashboards")],
    },
    Node {
        id: "console",
        title: "This page",
        kind: NodeKind::Watcher,
        tutorial: Tutorial::Lab,
        column: 5,
        row: 5,
        description: "The console, which serves this page.",
        health: HealthSource::AlwaysUp,
        dashboard: None,
        links: &[],
    },
];

const GRAFANA: &str = "grafana";

/// The nodes of the started tutorials. Grafana is included if it has an address.
pub(super) fn started(selection: Selection, links: &Links) -> Vec<&'static Node> {
    let is_started = |node: &&Node| {
        selection.has(node.tutorial) && (node.id != GRAFANA || links.address(GRAFANA).is_some())
    };
    NODES.iter().filter(is_started).collect()
}

fn envoy(settings: &Settings) -> String {
    format!("{}/ready", settings.envoy_admin)
}

fn hello(host: &str) -> String {
    format!("http://{host}:3000/healthz")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use catalog::Service;

    use super::*;

    #[test]
    fn every_service_has_a_node_and_no_two_nodes_share_a_place() {
        // The gate is between the browser and the services, not between services.
        for service in Service::ALL.into_iter().filter(|service| *service != Service::Gate) {
            let of = |node: &&Node| {
                node.id == service.name() || node.id.starts_with("envoy-") && service == Service::Envoy
            };
            let nodes: Vec<&Node> = NODES.iter().filter(of).collect();
            assert!(!nodes.is_empty(), "{service} has no node");
        }
        let places: BTreeSet<(u8, u8)> = NODES.iter().map(|node| (node.column, node.row)).collect();
        assert_eq!(places.len(), NODES.len());
    }

    #[test]
    fn omits_services_that_were_not_started() {
        let ids =
            |selection| started(selection, &Links::default()).iter().map(|node| node.id).collect::<Vec<_>>();
        assert!(!ids(Selection::All).contains(&GRAFANA));
        let echo = ids(Selection::Echo);
        assert!(echo.contains(&"echo-server") && !echo.contains(&"order-service"));
    }

    #[test]
    fn links_use_the_published_addresses() {
        let address = |url: &str| kit::settings::base_url(url).unwrap();
        let links = Links { edge_url: Some(address("http://127.0.0.1:10000")), ..Links::default() };
        let edge = NODES.iter().find(|node| node.id == "envoy-edge").unwrap();
        let urls: Vec<String> = edge.published_links(&links).into_iter().map(|link| link.url).collect();
        assert_eq!(urls, ["http://127.0.0.1:10000/"]);
    }
}
