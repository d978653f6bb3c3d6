//! Settings: flags, and environment variables behind them.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use kit::settings::{duration, port};

/// What can be set.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Port for gRPC; 0 is any free one
    #[arg(long, env = "GRPC_SERVER_PORT", value_name = "PORT", default_value = "8084", value_parser = port)]
    pub grpc_server_port: u16,
    /// Port for /metrics and /healthz; 0 is any free one
    #[arg(long, env = "METRICS_PORT", value_name = "PORT", default_value = "8085", value_parser = port)]
    pub metrics_port: u16,
    /// Port for /faults, with which anybody who reaches it can break the store; without it there is no such route
    #[arg(long, env = "ADMIN_PORT", value_name = "PORT", value_parser = port)]
    pub admin_port: Option<u16>,
    /// The SQLite database; made if it is not there, in a folder that is
    #[arg(long, env = "DATABASE", value_name = "FILE", default_value = "/var/lib/orders/orders.db")]
    pub database: PathBuf,
    /// How many orders are kept; of more, the oldest that are shipped go, and with them their idempotency keys
    #[arg(long, env = "RETAIN_ORDERS", value_name = "COUNT", default_value = "100000", value_parser = count)]
    pub retain_orders: u64,
    /// How long after it is placed an order is paid
    #[arg(long, env = "PAID_AFTER", value_name = "DURATION", default_value = "1s", value_parser = duration)]
    pub paid_after: Duration,
    /// How long after it is placed an order is shipped
    #[arg(long, env = "SHIPPED_AFTER", value_name = "DURATION", default_value = "3s", value_parser = duration)]
    pub shipped_after: Duration,
    /// What tells this instance from others in its metrics; the same after a restart, so that its series go on
    #[arg(long, env = "MICRO_ID", value_name = "ID", default_value = "go.micro.srv.order-1")]
    pub micro_id: String,
    /// How long calls may take to end after a signal to stop, such as 5s or 500ms
    #[arg(long, env = "SHUTDOWN_GRACE", value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub shutdown_grace: Duration,
}

fn count(value: &str) -> Result<u64, &'static str> {
    value.parse().ok().filter(|count| *count > 0).ok_or("expected a number from 1")
}
