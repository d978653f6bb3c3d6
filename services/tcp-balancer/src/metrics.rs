//! `gobetween_*`: gobetween's names, and counters beside its gauges of totals.

use std::collections::HashMap;
use std::sync::Arc;

use prometheus::core::{Collector, Desc};
use prometheus::proto::{Gauge, LabelPair, Metric, MetricFamily, MetricType};
use sharded_metrics::prometheus::{counter, family, labels};

use crate::backend::Backend;
use crate::balancer::Balancer;
use crate::config::Target;
use crate::server::Server;
use crate::traffic::Snapshot;

/// All of it, made at each scrape from the counts that there are.
pub(crate) struct Metrics {
    balancer: Balancer,
    of_servers: Vec<Family<Server>>,
    of_backends: Vec<Family<Backend>>,
    reloads: Desc,
}

/// A metric with a series for each `T`.
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
            "Number of times that the configuration was read again; a failed one changes nothing.".into(),
            vec!["result".into()],
            HashMap::new(),
        )?;
        Ok(Self { balancer, of_servers: of_servers()?, of_backends: of_backends()?, reloads })
    }

    fn reloads(&self) -> MetricFamily {
        let [ok, failed] = self.balancer.reloads();
        let metrics = [("failed", failed), ("ok", ok)]
            .map(|(result, count)| counter(labels(&self.reloads, [result]), count));
        family(&self.reloads, MetricType::COUNTER, metrics.into())
    }
}

fn of_servers() -> prometheus::Result<Vec<Family<Server>>> {
    let gauge = |name, help, value: Value<Server>| {
        Family::new(MetricType::GAUGE, "server", name, help, &["server"], value)
    };
    let counter = |name, help, value: Value<Server>| {
        Family::new(MetricType::COUNTER, "server", name, help, &["server"], value)
    };
    [
        gauge("count", "Back ends of the server.", |server, _| server.pool.members().len() as u64),
        gauge("active_connections", "Connections of clients that are open.", |_, counts| counts.active),
        gauge("max_connections", "The most connections of clients at a time; 0 is no limit.", |server, _| {
            server.config().max_connections().into()
        }),
        counter(
            "connections_total",
            "Connections of clients, without those that were refused.",
            |_, counts| counts.connections,
        ),
        counter(
            "refused_connections_total",
            "Connections of clients that were refused because the server was full.",
            |_, counts| counts.refused,
        ),
        counter(
            "failed_connections_total",
            "Connections of clients that were closed because no back end could be reached.",
            |server, _| server.failed(),
        ),
        counter("rx_total", "Bytes delivered to clients.", |_, counts| counts.rx),
        counter("tx_total", "Bytes delivered to back ends.", |_, counts| counts.tx),
        gauge("rx_second", "Bytes per second delivered to clients, over 2 seconds.", |_, counts| {
            counts.rx_second
        }),
        gauge("tx_second", "Bytes per second delivered to back ends, over 2 seconds.", |_, counts| {
            counts.tx_second
        }),
    ]
    .into_iter()
    .collect()
}

fn of_backends() -> prometheus::Result<Vec<Family<Backend>>> {
    const LABELS: &[&str] = &["server", "host", "port"];
    let gauge = |name, help, value: Value<Backend>| {
        Family::new(MetricType::GAUGE, "backend", name, help, LABELS, value)
    };
    let counter = |name, help, value: Value<Backend>| {
        Family::new(MetricType::COUNTER, "backend", name, help, LABELS, value)
    };
    [
        gauge("live", "Whether the back end is healthy, 1 or 0.", |backend, _| backend.is_live().into()),
        gauge(
            "active_connections",
            "Connections to the back end that are open or being opened.",
            |_, counts| counts.active,
        ),
        gauge("total_connections", "As gobetween_backend_connections_total.", |_, counts| counts.connections),
        gauge("refused_connections", "As gobetween_backend_refused_connections_total.", |_, counts| {
            counts.refused
        }),
        gauge("rx_bytes", "As gobetween_backend_rx_bytes_total.", |_, counts| counts.rx),
        gauge("tx_bytes", "As gobetween_backend_tx_bytes_total.", |_, counts| counts.tx),
        gauge(
            "rx_second",
            "Bytes per second from the back end delivered to clients, over 2 seconds.",
            |_, counts| counts.rx_second,
        ),
        gauge("tx_second", "Bytes per second delivered to the back end, over 2 seconds.", |_, counts| {
            counts.tx_second
        }),
        counter("connections_total", "Connections to the back end that were opened.", |_, counts| {
            counts.connections
        }),
        counter(
            "refused_connections_total",
            "Connections to the back end that could not be opened.",
            |_, counts| counts.refused,
        ),
        counter("rx_bytes_total", "Bytes from the back end delivered to clients.", |_, counts| counts.rx),
        counter("tx_bytes_total", "Bytes delivered to the back end.", |_, counts| counts.tx),
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

    fn of(&self, series: &[Series<T>]) -> MetricFamily {
        let metrics = series.iter().map(|series| {
            let labels = labels(&self.desc, series.labels.iter().map(String::as_str));
            let value = (self.value)(&series.of, series.counts);
            if self.kind == MetricType::COUNTER { counter(labels, value) } else { gauge(labels, value) }
        });
        family(&self.desc, self.kind, metrics.collect())
    }
}

impl Collector for Metrics {
    fn desc(&self) -> Vec<&Desc> {
        let of_servers = self.of_servers.iter().map(|family| &family.desc);
        of_servers.chain(self.of_backends.iter().map(|family| &family.desc)).chain([&self.reloads]).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let servers = self.balancer.counted();
        let backends: Vec<_> = servers.iter().flat_map(|server| backends(server)).collect();
        // After the back ends: what a server has counted is then at least the sum of theirs.
        let counted = |server: &Arc<Server>| Series {
            labels: vec![server.name.clone()],
            counts: server.traffic.snapshot(),
            of: Arc::clone(server),
        };
        let servers: Vec<_> = servers.iter().map(counted).collect();
        let of_servers = self.of_servers.iter().map(|family| family.of(&servers));
        let of_backends = self.of_backends.iter().map(|family| family.of(&backends));
        let families = of_servers.chain(of_backends).chain([self.reloads()]);
        families.filter(|family| !family.get_metric().is_empty()).collect()
    }
}

/// What the series of one server or back end have in common.
struct Series<T> {
    labels: Vec<String>,
    counts: Snapshot,
    of: Arc<T>,
}

fn backends(server: &Server) -> Vec<Series<Backend>> {
    let series = |backend: &Arc<Backend>| {
        let Target { host, port } = &backend.target;
        Series {
            labels: vec![server.name.clone(), host.clone(), port.to_string()],
            counts: backend.traffic.snapshot(),
            of: Arc::clone(backend),
        }
    };
    server.pool.members().iter().map(series).collect()
}

fn gauge(labels: Vec<LabelPair>, value: u64) -> Metric {
    let mut gauge = Gauge::default();
    gauge.set_value(value as f64);
    let mut metric = Metric::from_label(labels);
    metric.set_gauge(gauge);
    metric
}
