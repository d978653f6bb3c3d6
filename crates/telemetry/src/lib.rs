//! What every service tells about itself: JSON logs, OTLP traces, `/metrics`, `/healthz`.
//!
//! [`init`] reads the environment (`RUST_LOG` and OpenTelemetry's `OTEL_*`) and installs logs and traces for the
//! process; [`trace`] has the layers that make spans of calls; [`routes`] serves a registry.

mod error;
mod healthcheck;
mod init;
mod log;
mod metrics;
mod otlp;
mod routes;
mod settings;
pub mod trace;

pub use error::Error;
pub use healthcheck::{Unhealthy, healthcheck};
pub use init::{Telemetry, init, with_settings};
pub use metrics::register_process_metrics;
pub use routes::routes;
pub use settings::{Settings, Traces};
pub use trace::current_trace_id;
