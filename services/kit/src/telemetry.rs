//! Logs as JSON lines on stdout, and traces over OTLP.
//!
//! [`init()`] reads the environment (`RUST_LOG` and OpenTelemetry's `OTEL_*`) and installs both for the process; [`trace`]
//! contains the tower layers that record a span of each call.
//!
//! ```no_run
//! # async fn run(app: axum::Router) -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = kit::telemetry::init("tea", env!("CARGO_PKG_VERSION"))?;
//! let app = app.layer(kit::telemetry::trace::HttpServerLayer);
//! let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await?;
//! axum::serve(listener, app).await?;
//! telemetry.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod init;
mod logs;
mod otlp;
mod settings;
pub mod trace;

pub use init::{Error, Telemetry, build, init};
pub use settings::{InvalidVariable, Settings, Traces};
pub use trace::current_trace_id;
