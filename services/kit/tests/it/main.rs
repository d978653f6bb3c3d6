//! Real servers and clients over sockets, and the logs, spans and metrics that they produce.

mod support;

mod disconnects;
mod drain;
mod edge;
mod exposition;
mod http_server;
mod logs;
mod process_metrics;
mod propagation;
#[cfg(feature = "security")]
mod security;
mod span_export;
mod trace_context;
mod variables;
