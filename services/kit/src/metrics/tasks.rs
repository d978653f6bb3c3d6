//! `tokio_task_*`: metrics of the tasks that a service instruments, without tokio's unstable features.

use std::time::Duration;

use prometheus::Registry;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use tokio_metrics::TaskMonitor;

use super::family::Family;

/// A longer poll noticeably delays other tasks on the same worker thread.
const SLOW_POLL_THRESHOLD: Duration = Duration::from_millis(1);

/// Registers `tokio_task_*` and returns the monitor whose `instrument` adds a future to them.
///
/// A poll runs a future until it waits or ends; its duration is the time during which the worker thread runs no other
/// task.
///
/// # Errors
///
/// If the registry already has metrics of these names.
pub fn register_task_metrics(registry: &Registry) -> prometheus::Result<TaskMonitor> {
    let monitor = TaskMonitor::with_slow_poll_threshold(SLOW_POLL_THRESHOLD);
    registry.register(Box::new(Tasks::new(monitor.clone())))?;
    Ok(monitor)
}

struct Tasks {
    monitor: TaskMonitor,
    tasks: Family,
    polls: Family,
    poll_seconds: Family,
    slow_polls: Family,
    scheduled_seconds: Family,
}

impl Tasks {
    fn new(monitor: TaskMonitor) -> Self {
        Self {
            monitor,
            tasks: Family::counter("tokio_tasks_total", "Number of instrumented tasks started."),
            polls: Family::counter("tokio_task_polls_total", "Number of polls of instrumented tasks."),
            poll_seconds: Family::counter(
                "tokio_task_poll_seconds_total",
                "Total duration in seconds of the polls of instrumented tasks.",
            ),
            slow_polls: Family::counter(
                "tokio_task_slow_polls_total",
                "Number of polls of instrumented tasks that took longer than one millisecond.",
            ),
            scheduled_seconds: Family::counter(
                "tokio_task_scheduled_seconds_total",
                "Total time in seconds that instrumented tasks waited for a worker thread after they were woken.",
            ),
        }
    }
}

impl Collector for Tasks {
    fn desc(&self) -> Vec<&Desc> {
        let Self { monitor: _, tasks, polls, poll_seconds, slow_polls, scheduled_seconds } = self;
        [tasks, polls, poll_seconds, slow_polls, scheduled_seconds].map(Family::desc).into()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let total = self.monitor.cumulative();
        vec![
            self.tasks.single(total.instrumented_count as f64),
            self.polls.single(total.total_poll_count as f64),
            self.poll_seconds.single(total.total_poll_duration.as_secs_f64()),
            self.slow_polls.single(total.total_slow_poll_count as f64),
            self.scheduled_seconds.single(total.total_scheduled_duration.as_secs_f64()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use prometheus::TextEncoder;
    use tokio::task::yield_now;

    use super::*;

    fn value(registry: &Registry, name: &str) -> f64 {
        let page = TextEncoder::new().encode_to_string(&registry.gather()).expect("encodable");
        prometheus_text::parse(&page).expect("valid exposition").value(name, &[]).expect("one series")
    }

    #[tokio::test]
    async fn counts_the_polls_of_instrumented_futures() {
        let registry = Registry::new();
        let monitor = register_task_metrics(&registry).expect("registered once");
        monitor.instrument(async { yield_now().await }).await;
        assert_eq!(value(&registry, "tokio_tasks_total"), 1.0);
        assert_eq!(value(&registry, "tokio_task_polls_total"), 2.0);
        let before = value(&registry, "tokio_task_slow_polls_total");
        // Blocks the thread on purpose.
        monitor.instrument(async { std::thread::sleep(SLOW_POLL_THRESHOLD * 2) }).await;
        assert_eq!(value(&registry, "tokio_task_slow_polls_total"), before + 1.0);
        assert!(value(&registry, "tokio_task_poll_seconds_total") >= 0.002);
    }
}
