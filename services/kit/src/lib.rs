//! What every service needs around its own logic: logs, traces, process metrics, `/metrics`, `/healthz`, one port for
//! gRPC and HTTP, drain on SIGTERM, problem details.

pub mod problem;
pub mod program;
pub mod serve;
pub mod shutdown;
pub mod telemetry;
