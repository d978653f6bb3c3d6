//! `gobetween_*` metrics: gobetween's names, and a counter beside each of its gauges that is a total.

mod families;

use std::collections::HashMap;
use std::sync::Arc;

use prometheus::core::{Collector, Desc};
use prometheus::proto::{Gauge, LabelPair, Metric, MetricFamily, MetricType};
use sharded_metrics::prometheus::{counter, family, labels};

use crate::backend::Backend;
use crate::balancer::{Balancer, ReloadCounts};
use crate::config::Target;
use crate::server::Server;
use crate::shortage::Shortage;
use crate::traffic::Snapshot;

/// Collects the metrics of all servers and backends from their counts at each scrape.
pub(crate) struct Metrics {
    balancer: Balancer,
    server_families: Vec<Family<Server>>,
    backend_families: Vec<Family<Backend>>,
    reloads: Desc,
    shortages: Desc,
}

/// A metric of servers or backends.
struct Family<T> {
    desc: Desc,
    kind: MetricType,
    scope: Scope,
    series: Box<Series<T>>,
}

/// The series of a server or backend: each has a value and, in some metrics, one more label.
type Series<T> = dyn Fn(&T, Snapshot) -> Vec<(Option<&'static str>, u64)> + Send + Sync;

/// The servers and backends that have a metric.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Those that are in use: what is removed has no state.
    Current,
    /// Removed ones too, until their last bytes were scraped.
    Retained,
}

impl Metrics {
    pub(crate) fn new(balancer: Balancer) -> prometheus::Result<Self> {
        let reloads = Desc::new(
            "tcp_balancer_config_reloads_total".into(),
            "Configuration reloads. A failed one changes nothing.".into(),
            vec!["result".into()],
            HashMap::new(),
        )?;
        let shortages = Desc::new(
            "tcp_balancer_resource_shortages_total".into(),
            "Attempts to accept or open a connection, or to look up a name, that failed for lack of the balancer's own resources."
                .into(),
            vec!["reason".into()],
            HashMap::new(),
        )?;
        Ok(Self {
            balancer,
            server_families: families::server_families()?,
            backend_families: families::backend_families()?,
            reloads,
            shortages,
        })
    }

    fn reloads(&self) -> MetricFamily {
        let ReloadCounts { ok, failed } = self.balancer.reloads();
        let metrics = [("failed", failed), ("ok", ok)]
            .map(|(result, count)| counter(labels(&self.reloads, [result]), count));
        family(&self.reloads, MetricType::COUNTER, metrics.into())
    }

    fn shortages(&self) -> MetricFamily {
        let metrics = Shortage::ALL.map(|shortage| {
            counter(labels(&self.shortages, [shortage.as_str()]), self.balancer.shortages().total(shortage))
        });
        family(&self.shortages, MetricType::COUNTER, metrics.into())
    }
}

impl<T> Family<T> {
    fn new(
        kind: MetricType,
        scope: Scope,
        subsystem: &str,
        name: &str,
        help: &str,
        labels: &[&str],
        series: impl Fn(&T, Snapshot) -> Vec<(Option<&'static str>, u64)> + Send + Sync + 'static,
    ) -> prometheus::Result<Self> {
        let labels = labels.iter().map(|&label| label.to_owned()).collect();
        let name = format!("gobetween_{subsystem}_{name}");
        let desc = Desc::new(name, help.into(), labels, HashMap::new())?;
        Ok(Self { desc, kind, scope, series: Box::new(series) })
    }

    fn collect(&self, subjects: &[Subject<T>]) -> MetricFamily {
        let is_in_scope = |subject: &&Subject<T>| subject.is_current || self.scope == Scope::Retained;
        let metrics = subjects.iter().filter(is_in_scope).flat_map(|subject| {
            (self.series)(&subject.item, subject.counts).into_iter().map(|(label, value)| {
                let labels = labels(&self.desc, subject.labels.iter().map(String::as_str).chain(label));
                if self.kind == MetricType::COUNTER { counter(labels, value) } else { gauge(labels, value) }
            })
        });
        family(&self.desc, self.kind, metrics.collect())
    }
}

impl Collector for Metrics {
    fn desc(&self) -> Vec<&Desc> {
        let servers = self.server_families.iter().map(|family| &family.desc);
        let backends = self.backend_families.iter().map(|family| &family.desc);
        servers.chain(backends).chain([&self.reloads, &self.shortages]).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let all = self.balancer.running_and_stopping();
        // Backends first, so that a server's counts are at least the sums of its backends'.
        let backends: Vec<_> = all.iter().flat_map(|server| backend_subjects(server)).collect();
        let servers: Vec<_> = all.into_iter().map(server_subject).collect();
        let server_families = self.server_families.iter().map(|family| family.collect(&servers));
        let backend_families = self.backend_families.iter().map(|family| family.collect(&backends));
        let families = server_families.chain(backend_families).chain([self.reloads(), self.shortages()]);
        families.filter(|family| !family.get_metric().is_empty()).collect()
    }
}

/// A server or backend at the time of a scrape.
struct Subject<T> {
    labels: Vec<String>,
    counts: Snapshot,
    item: Arc<T>,
    /// Whether it is in use, not only retained.
    is_current: bool,
}

fn server_subject(server: Arc<Server>) -> Subject<Server> {
    Subject {
        labels: vec![server.name.clone()],
        counts: server.traffic.snapshot(),
        is_current: server.address().is_some(),
        item: server,
    }
}

fn backend_subjects(server: &Server) -> Vec<Subject<Backend>> {
    let is_running = server.address().is_some();
    let subject = |backend: &Arc<Backend>| {
        let Target { host, port } = &backend.target;
        Subject {
            labels: vec![server.name.clone(), host.clone(), port.to_string()],
            counts: backend.traffic.snapshot(),
            is_current: is_running && backend.is_discovered(),
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
