//! `tokio_task_*`: the polls of the tasks that a service chooses, without tokio's unstable features.

use std::time::Duration;

use prometheus::Registry;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use tokio_metrics::TaskMonitor;

use super::family::Family;

/// A poll that takes longer keeps its thread from other tasks for a time that is felt.
const SLOW: Duration = Duration::from_millis(1);

/// Registers `tokio_task_*`, and hands back the monitor whose `instrument` makes a future one of those tasks.
///
/// A poll is a future's turn on its thread, up to where it waits or ends: its time is the runtime's, not the task's.
///
/// # Errors
///
/// If the registry has these names already.
pub fn register_task_metrics(registry: &Registry) -> prometheus::Result<TaskMonitor> {
    let monitor = TaskMonitor::with_slow_poll_threshold(SLOW);
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
            tasks: Family::counter("tokio_tasks_total", "Number of watched tasks that were begun."),
            polls: Family::counter("tokio_task_polls_total", "Number of polls of watched tasks."),
            poll_seconds: Family::counter(
                "tokio_task_poll_seconds_total",
                "Total time in seconds that polls of watched tasks took.",
            ),
            slow_polls: Family::counter(
                "tokio_task_slow_polls_total",
                "Number of polls of watched tasks that took more than a millisecond each.",
            ),
            scheduled_seconds: Family::counter(
                "tokio_task_scheduled_seconds_total",
                "Total time in seconds that watched tasks, being ready, waited for a thread.",
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
            self.tasks.of(total.instrumented_count as f64),
            self.polls.of(total.total_poll_count as f64),
            self.poll_seconds.of(total.total_poll_duration.as_secs_f64()),
            self.slow_polls.of(total.total_slow_poll_count as f64),
            self.scheduled_seconds.of(total.total_scheduled_duration.as_secs_f64()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use prometheus::TextEncoder;
    use tokio::task::yield_now;

    use super::*;

    fn shown(registry: &Registry, name: &str) -> f64 {
        let page = TextEncoder::new().encode_to_string(&registry.gather()).expect("a page");
        prometheus_text::parse(&page).expect("a right page").value(name, &[]).expect("one series")
    }

    #[tokio::test]
    async fn the_polls_of_instrumented_futures_are_counted() {
        let registry = Registry::new();
        let monitor = register_task_metrics(&registry).expect("registered once");
        monitor.instrument(async { yield_now().await }).await;
        assert_eq!(shown(&registry, "tokio_tasks_total"), 1.0);
        assert_eq!(shown(&registry, "tokio_task_polls_total"), 2.0);
        let before = shown(&registry, "tokio_task_slow_polls_total");
        // Blocking on purpose.
        monitor.instrument(async { std::thread::sleep(SLOW * 2) }).await;
        assert_eq!(shown(&registry, "tokio_task_slow_polls_total"), before + 1.0);
        assert!(shown(&registry, "tokio_task_poll_seconds_total") >= 0.002);
    }
}
