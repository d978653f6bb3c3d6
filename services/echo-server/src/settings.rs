//! Settings from flags and environment variables.

use std::time::Duration;

use clap::Args;
use kit::server::{GrpcSettings, HttpSettings};
use kit::settings::{duration, port};

/// The server's settings.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// Port for gRPC, /metrics and /healthz; 0 chooses a free one
    #[arg(long, env = "GRPC_SERVER_PORT", value_name = "PORT", default_value = "8080", value_parser = port)]
    pub grpc_server_port: u16,
    /// Grace period for calls in flight on shutdown, such as 5s or 500ms
    #[arg(long, env = "SHUTDOWN_GRACE", value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub shutdown_grace: Duration,
    /// Settings of gRPC.
    #[command(flatten)]
    pub grpc: GrpcSettings,
    /// Settings of HTTP.
    #[command(flatten)]
    pub http: HttpSettings,
}
