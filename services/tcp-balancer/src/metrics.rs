//! `gobetween_*` metrics: gobetween's names, and a counter beside each of its gauges that is a total.

use std::collections::HashMap;
use std::sync::Arc;

use prometheus::core::{Collector, Desc};
use prometheus::proto::{Gauge, LabelPair, Metric, MetricFamily, MetricType};
use sharded_metrics::prometheus::{counter, family, labels};

use crate::backend::Backend;
use crate::balancer::{Balancer, ReloadCounts};
use crate::config::Target;
use crate::server::Server;
use crate::traffic::Snapshot;

/// Collects the metrics of all servers and backends from their counts at each scrape.
pub(crate) struct Metrics {
    balancer: Balancer,
    server_families: Vec<Family<Server>>,
    backend_families: Vec<Family<Backend>>,
    reloads: Desc,
}

/// A metric with one series per `T`.
struct Family<T> {
    desc: Desc,
    kind: MetricType,
    value: Value<T>,
}

type Value<T> = fn(&T, Snapshot) -> u64;

impl Metrics {
    pub(crate) fn new(balancer: Balancer) -> prometheus::Result<Self> {
        let reloads = Desc::new(
            "tcp_balancer_config_reloads_total".into(),
            "Configuration reloads. A failed one changes nothing.".into(),
            vec!["result".into()],
            HashMap::new(),
        )?;
        Ok(Self {
            balancer,
            server_families: server_families()?,
            backend_families: backend_families()?,
            reloads,
        })
    }

    fn reloads(&self) -> MetricFamily {
        let ReloadCounts { ok, failed } = self.balancer.reloads();
        let metrics = [("failed", failed), ("ok", ok)]
            .map(|(result, count)| counter(labels(&self.reloads, [result]), count));
        family(&self.reloads, MetricType::COUNTER, metrics.into())
    }
}

fn server_families() -> prometheus::Result<Vec<Family<Server>>> {
    let gauge = |name, help, value: Value<Server>| {
        Family::new(MetricType::GAUGE, "server", name, help, &["server"], value)
    };
    let counter = |name, help, value: Value<Server>| {
        Family::new(MetricType::COUNTER, "server", name, help, &["server"], value)
    };
    [
        gauge("count", "Backends of the server.", |server, _| server.pool.backends().len() as u64),
        gauge("active_connections", "Open client connections.", |_, counts| counts.active),
        gauge(
            "max_connections",
            "Maximum number of client connections at a time; 0 is unlimited.",
            |server, _| server.config().max_connections().into(),
        ),
        counter("connections_total", "Client connections that were not refused.", |_, counts| {
            counts.connections
        }),
        counter(
            "refused_connections_total",
            "Client connections closed because the server was full.",
            |_, counts| counts.refused,
        ),
        counter(
            "failed_connections_total",
            "Client connections closed because no backend could be reached.",
            |server, _| server.failed_connections(),
        ),
        counter("rx_total", "Bytes delivered to clients.", |_, counts| counts.rx),
        counter("tx_total", "Bytes delivered to backends.", |_, counts| counts.tx),
        gauge("rx_second", "Bytes per second delivered to clients, over 2 seconds.", |_, counts| {
            counts.rx_second
        }),
        gauge("tx_second", "Bytes per second delivered to backends, over 2 seconds.", |_, counts| {
            counts.tx_second
        }),
    ]
    .into_iter()
    .collect()
}

fn backend_families() -> prometheus::Result<Vec<Family<Backend>>> {
    const LABELS: &[&str] = &["server", "host", "port"];
    let gauge = |name, help, value: Value<Backend>| {
        Family::new(MetricType::GAUGE, "backend", name, help, LABELS, value)
    };
    let counter = |name, help, value: Value<Backend>| {
        Family::new(MetricType::COUNTER, "backend", name, help, LABELS, value)
    };
    [
        gauge("live", "Whether the backend is healthy, 1 or 0.", |backend, _| backend.is_live().into()),
        gauge(
            "active_connections",
            "Connections to the backend that are open or being opened.",
            |_, counts| counts.active,
        ),
        gauge("total_connections", "Same as gobetween_backend_connections_total.", |_, counts| {
            counts.connections
        }),
        gauge("refused_connections", "Same as gobetween_backend_refused_connections_total.", |_, counts| {
            counts.refused
        }),
        gauge("rx_bytes", "Same as gobetween_backend_rx_bytes_total.", |_, counts| counts.rx),
        gauge("tx_bytes", "Same as gobetween_backend_tx_bytes_total.", |_, counts| counts.tx),
        gauge(
            "rx_second",
            "Bytes per second from the backend delivered to clients, over 2 seconds.",
            |_, counts| counts.rx_second,
        ),
        gauge("tx_second", "Bytes per second delivered to the backend, over 2 seconds.", |_, counts| {
            counts.tx_second
        }),
        counter("connections_total", "Connections opened to the backend.", |_, counts| counts.connections),
        counter(
            "refused_connections_total",
            "Attempts to connect to the backend that failed.",
            |_, counts| counts.refused,
        ),
        counter("rx_bytes_total", "Bytes from the backend delivered to clients.", |_, counts| counts.rx),
        counter("tx_bytes_total", "Bytes delivered to the backend.", |_, counts| counts.tx),
    ]
    .into_iter()
    .collect()
}

impl<T> Family<T> {
    fn new(
        kind: MetricType,
        subsystem: &str,
        name: &str,
        help: &str,
        labels: &[&str],
        value: Value<T>,
    ) -> prometheus::Result<Self> {
        let labels = labels.iter().map(|&label| label.to_owned()).collect();
        let name = format!("gobetween_{subsystem}_{name}");
        Ok(Self { desc: Desc::new(name, help.into(), labels, HashMap::new())?, kind, value })
    }

    fn collect(&self, subjects: &[Subject<T>]) -> MetricFamily {
        let metrics = subjects.iter().map(|subject| {
            let labels = labels(&self.desc, subject.labels.iter().map(String::as_str));
            let value = (self.value)(&subject.item, subject.counts);
            if self.kind == MetricType::COUNTER { counter(labels, value) } else { gauge(labels, value) }
        });
        family(&self.desc, self.kind, metrics.collect())
    }
}

impl Collector for Metrics {
    fn desc(&self) -> Vec<&Desc> {
        let servers = self.server_families.iter().map(|family| &family.desc);
        let backends = self.backend_families.iter().map(|family| &family.desc);
        servers.chain(backends).chain([&self.reloads]).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let all = self.balancer.running_and_stopping();
        // Backends first, so that a server's counts are at least the sums of its backends'.
        let backends: Vec<_> = all.iter().flat_map(|server| backend_subjects(server)).collect();
        let servers: Vec<_> = all.into_iter().map(server_subject).collect();
        let server_families = self.server_families.iter().map(|family| family.collect(&servers));
        let backend_families = self.backend_families.iter().map(|family| family.collect(&backends));
        let families = server_families.chain(backend_families).chain([self.reloads()]);
        families.filter(|family| !family.get_metric().is_empty()).collect()
    }
}

/// A server or backend at the time of a scrape.
struct Subject<T> {
    labels: Vec<String>,
    counts: Snapshot,
    item: Arc<T>,
}

fn server_subject(server: Arc<Server>) -> Subject<Server> {
    Subject { labels: vec![server.name.clone()], counts: server.traffic.snapshot(), item: server }
}

fn backend_subjects(server: &Server) -> Vec<Subject<Backend>> {
    let subject = |backend: &Arc<Backend>| {
        let Target { host, port } = &backend.target;
        Subject {
            labels: vec![server.name.clone(), host.clone(), port.to_string()],
            counts: backend.traffic.snapshot(),
            item: Arc::clone(backend),
        }
    };
    server.pool.backends().iter().map(subject).collect()
}

fn gauge(labels: Vec<LabelPair>, value: u64) -> Metric {
    let mut gauge = Gauge::default();
    gauge.set_value(value as f64);
    let mut metric = Metric::from_label(labels);
    metric.set_gauge(gauge);
    metric
}
