//! Metrics of the process (`process_*`) and of the tokio runtime (`tokio_*`), read at each scrape.

mod family;
mod process;
mod runtime;
mod tasks;

use prometheus::Registry;

pub use tasks::register_task_metrics;

/// Registers the metrics of this process and of the current tokio runtime.
///
/// # Errors
///
/// If the registry already has metrics of these names.
///
/// # Panics
///
/// Outside of a tokio runtime.
pub fn register_process_metrics(registry: &Registry) -> prometheus::Result<()> {
    registry.register(Box::new(process::Process::new()))?;
    registry.register(Box::new(runtime::Runtime::current()))
}
