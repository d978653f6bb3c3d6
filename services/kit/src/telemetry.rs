//! Logs as JSON lines on stdout, and traces over OTLP.
//!
//! [`init()`] reads the environment (`RUST_LOG` and OpenTelemetry's `OTEL_*`: see the README) and installs both for the
//! process; [`trace`] contains the tower layers that record a span of each call. Neither a log's reader nor a collector
//! can make a caller wait: what they do not take is dropped and counted.
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
mod panics;
mod propagation;
mod provider;
mod settings;
mod spans;
pub mod trace;

pub use init::{Error, Telemetry, build, init};
pub use settings::{Batches, Endpoint, Export, InvalidVariable, Limits, Propagators, Settings, Traces};
pub use trace::{current_sampled_trace_id, current_trace_id};
