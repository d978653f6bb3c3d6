//! Shared infrastructure of the services' programs: settings, secrets, logs, traces, process metrics, `/metrics` and
//! `/healthz`, a server for gRPC and HTTP on one port, graceful shutdown, problem documents.
//!
//! The feature `grpc` adds what only gRPC servers and clients need, so that an HTTP service does not depend on it. The
//! feature `security` adds TLS and authentication.

pub mod endpoints;
pub mod exposition;
pub mod health;
pub mod line_queue;
pub mod metrics;
pub mod problem;
pub mod program;
pub mod secret;
#[cfg(feature = "security")]
pub mod security;
pub mod server;
pub mod settings;
pub mod shutdown;
pub mod stream_slots;
pub mod telemetry;
pub mod text;
