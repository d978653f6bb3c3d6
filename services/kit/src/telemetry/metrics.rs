//! What the process and its runtime are doing, gathered at each scrape.

mod family;
mod process;
mod runtime;
mod tasks;

use prometheus::Registry;

pub use tasks::register_task_metrics;

/// Registers `process_*` and `tokio_*`.
///
/// Call it inside a tokio runtime: that is the one that is watched.
///
/// # Errors
///
/// If the registry has these names already.
pub fn register_process_metrics(registry: &Registry) -> prometheus::Result<()> {
    registry.register(Box::new(process::Process::new()))?;
    registry.register(Box::new(runtime::Runtime::current()))
}
