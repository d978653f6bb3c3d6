//! What every service tells about itself: JSON logs, OTLP traces, `/metrics`, `/healthz`.
//!
//! [`init`] reads the environment (`RUST_LOG` and OpenTelemetry's `OTEL_*`) and installs logs and traces for the
//! process; [`trace`] has the layers that make spans of calls; [`routes`] serves a registry.
//!
//! ```no_run
//! # async fn run(app: axum::Router) -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = crate::telemetry::init("tea", env!("CARGO_PKG_VERSION"))?;
//! let registry = prometheus::Registry::new();
//! crate::telemetry::register_process_metrics(&registry)?;
//! let app = app.layer(crate::telemetry::trace::HttpServerLayer).merge(crate::telemetry::routes(registry));
//! let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await?;
//! axum::serve(listener, app).await?;
//! telemetry.shutdown().await;
//! # Ok(())
//! # }
//! ```

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
pub use metrics::{register_process_metrics, register_task_metrics};
pub use routes::routes;
pub use settings::{Settings, Traces};
pub use trace::current_trace_id;
