//! Why telemetry could not start.

use thiserror::Error;

/// Why telemetry could not start.
#[derive(Debug, Error)]
pub enum Error {
    /// An environment variable has a value that cannot be used.
    #[error("{name}: got \"{given}\", expected {expected}")]
    Variable {
        /// The variable.
        name: &'static str,
        /// What it was set to.
        given: String,
        /// What it may be.
        expected: &'static str,
    },
    /// The OTLP exporter refused its settings.
    #[error("OTLP exporter")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    /// Logs and traces are installed once per process.
    #[error("telemetry has been started before")]
    Started,
}
