//! Settings: flags, and environment variables behind them.

use std::time::Duration;

use clap::Args;
use kit::settings::{duration, port};

/// What can be set.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Port for gRPC, /metrics and /healthz; 0 is any free one
    #[arg(long, env = "GRPC_SERVER_PORT", value_name = "PORT", default_value = "8080", value_parser = port)]
    pub grpc_server_port: u16,
    /// How long calls may take to end after a signal to stop, such as 5s or 500ms
    #[arg(long, env = "SHUTDOWN_GRACE", value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub shutdown_grace: Duration,
}
