//! `tokio_*`: the runtime's metrics that are available without tokio's unstable features.

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use tokio::runtime::{Handle, RuntimeMetrics};

use super::family::Family;

pub(super) struct Runtime {
    metrics: RuntimeMetrics,
    workers: Family,
    alive_tasks: Family,
    global_queue_depth: Family,
    busy: Family,
    parks: Family,
}

impl Runtime {
    /// A collector for the caller's runtime.
    pub(super) fn current() -> Self {
        Self {
            metrics: Handle::current().metrics(),
            workers: Family::gauge("tokio_workers", "Number of worker threads of the runtime."),
            alive_tasks: Family::gauge("tokio_alive_tasks", "Number of tasks that have not finished."),
            global_queue_depth: Family::gauge(
                "tokio_global_queue_depth",
                "Number of tasks waiting in the runtime's global queue.",
            ),
            busy: Family::indexed_counter(
                "worker",
                "tokio_worker_busy_seconds_total",
                "Total time in seconds that the worker thread was busy; its rate is the busy ratio.",
            ),
            parks: Family::indexed_counter(
                "worker",
                "tokio_worker_parks_total",
                "Number of times that the worker thread parked for lack of work.",
            ),
        }
    }
}

impl Collector for Runtime {
    fn desc(&self) -> Vec<&Desc> {
        let Self { metrics: _, workers, alive_tasks, global_queue_depth, busy, parks } = self;
        [workers, alive_tasks, global_queue_depth, busy, parks].map(Family::desc).into()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let metrics = &self.metrics;
        let workers = 0..metrics.num_workers();
        let busy = workers.clone().map(|worker| metrics.worker_total_busy_duration(worker).as_secs_f64());
        let parks = workers.map(|worker| metrics.worker_park_count(worker) as f64);
        vec![
            self.workers.single(metrics.num_workers() as f64),
            self.alive_tasks.single(metrics.num_alive_tasks() as f64),
            self.global_queue_depth.single(metrics.global_queue_depth() as f64),
            self.busy.indexed(busy),
            self.parks.indexed(parks),
        ]
    }
}
