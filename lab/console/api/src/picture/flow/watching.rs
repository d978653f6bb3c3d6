//! What is told about the requests: metrics, spans, alerts and mails.

use catalog::{Selection, Tutorial};

use super::{Figures, Flow};
use crate::picture::map::EdgeKind::{self, Mail, Push, Query, Scrape, Span};
use crate::picture::promql::{a_minute, lost_samples, p95, rate, samples, scrape_time};

/// Who is scraped under its own name.
const SCRAPED: [&str; 5] = ["web-client", "echo-server", "order-service", "tcp-balancer", "alertmanager"];
/// Who sends spans and counts none.
const TRACED: [&str; 6] =
    ["web-client", "echo-server", "order-service", "hello-influx-1", "hello-influx-2", "metrics-sink"];

pub(super) fn flows(chosen: Selection) -> Vec<Flow> {
    let mut flows = vec![
        flow(
            "envoy-edge",
            "metrics-sink",
            Push,
            "metrics",
            "msg/s",
            flushes(),
            "Envoy streams all its metrics to the sink, a message a second.",
        ),
        flow(
            "metrics-sink",
            "prometheus",
            Scrape,
            "metrics",
            "samples/s",
            scrapes("metrics-sink|envoy"),
            "Prometheus reads Envoy's metrics and the sink's own there; p95 is the slowest scrape of the last seconds.",
        ),
    ];
    flows.extend(SCRAPED.map(|part| {
        let title = format!(
            "Prometheus reads {part}'s metrics each second; p95 is the slowest scrape of the last seconds."
        );
        Flow { title, ..flow(part, "prometheus", Scrape, "metrics", "samples/s", scrapes(part), "") }
    }));
    flows.extend([
        flow(
            "prometheus",
            "alertmanager",
            Push,
            "alerts",
            "alerts/min",
            notifications(),
            "Prometheus sends what fires, and again every few seconds while it does, and what is over.",
        ),
        flow(
            "alertmanager",
            "maildev",
            Mail,
            "mails",
            "mails/min",
            mails(),
            "Alertmanager mails each alert once when it fires, and once when it is over.",
        ),
        flow(
            "envoy-edge",
            "jaeger",
            Span,
            "spans",
            "spans/s",
            spans(chosen),
            "Envoy sends a span for each request at either listener.",
        ),
    ]);
    flows.extend(TRACED.map(|part| {
        let title = format!("{part} sends a span for each request; it does not count them.");
        Flow { title, ..flow(part, "jaeger", Span, "spans", "spans/s", Figures::None, "") }
    }));
    flows.extend(["prometheus", "influxdb", "jaeger"].map(|source| {
        let title = format!(
            "Dashboards that are drawn here ask {source}; this picture's own queries are not counted."
        );
        Flow { title, ..flow(source, "console", Query, "queries", "queries/s", queries(source), "") }
    }));
    flows.extend(["prometheus", "influxdb", "jaeger"].map(|source| {
        let title = format!("Grafana asks {source} for its dashboards and its alerts; nobody counts that.");
        Flow { title, ..flow(source, "grafana", Query, "queries", "queries/s", Figures::None, "") }
    }));
    flows.push(flow(
        "grafana",
        "maildev",
        Mail,
        "mails",
        "mails/min",
        Figures::None,
        "Grafana mails the alerts of its own rules; nobody counts that.",
    ));
    flows
}

fn flow(
    from: &'static str,
    to: &'static str,
    kind: EdgeKind,
    what: &'static str,
    unit: &'static str,
    figures: Figures,
    title: &str,
) -> Flow {
    Flow { from, to, kind, what, title: title.into(), unit, figures }
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
        rate: a_minute("prometheus", r#"prometheus_notifications_sent_total{job="prometheus"}"#),
        failed: Some(a_minute("prometheus", r#"prometheus_notifications_errors_total{job="prometheus"}"#)),
        p95: None,
    }
}

fn mails() -> Figures {
    let email = r#"job="alertmanager",integration="email""#;
    Figures::Prometheus {
        rate: a_minute("alertmanager", &format!("alertmanager_notifications_total{{{email}}}")),
        failed: Some(a_minute(
            "alertmanager",
            &format!("alertmanager_notifications_failed_total{{{email}}}"),
        )),
        p95: Some(p95(&format!("alertmanager_notification_latency_seconds_bucket{{{email}}}"))),
    }
}

fn spans(chosen: Selection) -> Figures {
    if !chosen.has(Tutorial::Sink) {
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
