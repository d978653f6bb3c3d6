//! Settings, from flags or environment variables.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use kit::server::{GrpcSettings, HttpSettings};
use kit::settings::{duration, port};

/// Settings of the service.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Port for gRPC; 0 for any free port
    #[arg(long, env = "GRPC_SERVER_PORT", value_name = "PORT", default_value = "8084", value_parser = port)]
    pub grpc_server_port: u16,
    /// Port for /metrics and /healthz; 0 for any free port
    #[arg(long, env = "METRICS_PORT", value_name = "PORT", default_value = "8085", value_parser = port)]
    pub metrics_port: u16,
    /// Port for /faults, through which any client can inject faults into the store; not served without it
    #[arg(long, env = "ADMIN_PORT", value_name = "PORT", value_parser = port)]
    pub admin_port: Option<u16>,
    /// The SQLite database; the file is created if it is missing, its folder must exist
    #[arg(long, env = "DATABASE", value_name = "FILE", default_value = "/var/lib/orders/orders.db")]
    pub database: PathBuf,
    /// Maximum number of orders; beyond it, the oldest shipped orders are removed with their idempotency keys
    #[arg(long, env = "RETAIN_ORDERS", value_name = "COUNT", default_value = "100000", value_parser = count)]
    pub retain_orders: u64,
    /// Time from placed to paid
    #[arg(long, env = "PAID_AFTER", value_name = "DURATION", default_value = "1s", value_parser = duration)]
    pub paid_after: Duration,
    /// Time from placed to shipped
    #[arg(long, env = "SHIPPED_AFTER", value_name = "DURATION", default_value = "3s", value_parser = duration)]
    pub shipped_after: Duration,
    /// The instance's id in its metrics; it stays the same across restarts, so that the series continue
    #[arg(long, env = "MICRO_ID", value_name = "ID", default_value = "go.micro.srv.order-1")]
    pub micro_id: String,
    /// How long calls in flight may take after SIGTERM, such as 5s or 500ms
    #[arg(long, env = "SHUTDOWN_GRACE", value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub shutdown_grace: Duration,
    /// Settings of gRPC.
    #[command(flatten)]
    pub grpc: GrpcSettings,
    /// Settings of HTTP.
    #[command(flatten)]
    pub http: HttpSettings,
}

fn count(value: &str) -> Result<u64, &'static str> {
    value.parse().ok().filter(|count| *count > 0).ok_or("expected a number from 1")
}
