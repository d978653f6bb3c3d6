//! Edges of telemetry: metrics, spans, queries, alerts and mails.

use catalog::{Selection, Tutorial};

use crate::topology::model::{Edge, Figures};
use crate::topology::promql::{lost_samples, p95, per_minute, rate, samples, scrape_time};
use crate::topology::view::EdgeKind::{self, Mail, Push, Query, Scrape, Span};

/// Services whose Prometheus job has their name.
const SCRAPED: [&str; 5] = ["web-client", "echo-server", "order-service", "tcp-balancer", "alertmanager"];
/// Services that send spans without counting them.
const TRACED: [&str; 6] =
    ["web-client", "echo-server", "order-service", "hello-influx-1", "hello-influx-2", "metrics-sink"];

pub(super) fn edges(selection: Selection) -> Vec<Edge> {
    let mut edges = vec![
        edge(
            "envoy-edge",
            "metrics-sink",
            Push,
            "metrics",
            "msg/s",
            flushes(),
            "Envoy streams all its metrics to the sink, one message per second.",
        ),
        edge(
            "metrics-sink",
            "prometheus",
            Scrape,
            "metrics",
            "samples/s",
            scrapes("metrics-sink|envoy"),
            "Prometheus scrapes Envoy's metrics and the sink's own; p95 is the slowest scrape of the last seconds.",
        ),
    ];
    edges.extend(SCRAPED.map(|service| {
        let title = format!(
            "Prometheus scrapes {service} every second; p95 is the slowest scrape of the last seconds."
        );
        Edge { title, ..edge(service, "prometheus", Scrape, "metrics", "samples/s", scrapes(service), "") }
    }));
    edges.extend([
        edge(
            "prometheus",
            "alertmanager",
            Push,
            "alerts",
            "alerts/min",
            notifications(),
            "Prometheus sends firing alerts, repeats them every few seconds, and sends resolved alerts.",
        ),
        edge(
            "alertmanager",
            "maildev",
            Mail,
            "mails",
            "mails/min",
            mails(),
            "Alertmanager sends one mail when an alert fires, and one when it is resolved.",
        ),
        edge(
            "envoy-edge",
            "jaeger",
            Span,
            "spans",
            "spans/s",
            spans(selection),
            "Envoy sends a span for each request at either listener.",
        ),
    ]);
    edges.extend(TRACED.map(|service| {
        let title = format!("{service} sends a span for each request, and does not count them.");
        Edge { title, ..edge(service, "jaeger", Span, "spans", "spans/s", Figures::None, "") }
    }));
    edges.extend(["prometheus", "influxdb", "jaeger"].map(|source| {
        let title =
            format!("The console's dashboards query {source}; the queries of this topology are not counted.");
        Edge { title, ..edge(source, "console", Query, "queries", "queries/s", queries(source), "") }
    }));
    edges.extend(["prometheus", "influxdb", "jaeger"].map(|source| {
        let title = format!(
            "Grafana queries {source} for its dashboards and alert rules; the queries are not counted."
        );
        Edge { title, ..edge(source, "grafana", Query, "queries", "queries/s", Figures::None, "") }
    }));
    edges.push(edge(
        "grafana",
        "maildev",
        Mail,
        "mails",
        "mails/min",
        Figures::None,
        "Grafana sends mails for the alerts of its own rules; they are not counted.",
    ));
    edges
}

fn edge(
    from: &'static str,
    to: &'static str,
    kind: EdgeKind,
    what: &'static str,
    unit: &'static str,
    figures: Figures,
    title: &str,
) -> Edge {
    Edge { from, to, kind, what, title: title.into(), unit, figures }
}

fn flushes() -> Figures {
    Figures::Prometheus {
        rate: rate("metrics-sink", r#"metrics_sink_messages_total{job="metrics-sink"}"#),
        failed: Some(rate("metrics-sink", r#"metrics_sink_refused_total{job="metrics-sink"}"#)),
        p95: None,
    }
}

fn scrapes(jobs: &str) -> Figures {
    Figures::Prometheus {
        rate: samples(jobs),
        failed: Some(lost_samples(jobs)),
        p95: Some(scrape_time(jobs)),
    }
}

fn notifications() -> Figures {
    Figures::Prometheus {
        rate: per_minute("prometheus", r#"prometheus_notifications_sent_total{job="prometheus"}"#),
        failed: Some(per_minute("prometheus", r#"prometheus_notifications_errors_total{job="prometheus"}"#)),
        p95: None,
    }
}

fn mails() -> Figures {
    let email = r#"job="alertmanager",integration="email""#;
    Figures::Prometheus {
        rate: per_minute("alertmanager", &format!("alertmanager_notifications_total{{{email}}}")),
        failed: Some(per_minute(
            "alertmanager",
            &format!("alertmanager_notifications_failed_total{{{email}}}"),
        )),
        p95: Some(p95(&format!("alertmanager_notification_latency_seconds_bucket{{{email}}}"))),
    }
}

fn spans(selection: Selection) -> Figures {
    if !selection.has(Tutorial::Sink) {
        return Figures::None;
    }
    let sent = rate("envoy", r#"envoy_tracing_opentelemetry_spans_sent{job="envoy"}"#);
    Figures::Prometheus { rate: sent, failed: None, p95: None }
}

fn queries(source: &str) -> Figures {
    let of = |more: &str| {
        rate("console", &format!(r#"console_queries_total{{job="console",source="{source}"{more}}}"#))
    };
    let seconds = format!(r#"console_query_duration_seconds_bucket{{job="console",source="{source}"}}"#);
    Figures::Prometheus { rate: of(""), failed: Some(of(r#",outcome="failed""#)), p95: Some(p95(&seconds)) }
}
