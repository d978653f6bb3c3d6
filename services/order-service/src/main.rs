//! The program `order-service`: see the library.

use std::process::ExitCode;

use clap::Parser;
use kit::program::Command;
use kit::server::bind;
use order_service::{Config, Listeners};

/// Accepts orders over gRPC and stores them in SQLite.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    let Cli { config, command } = Cli::parse();
    kit::program::exit_code(match command {
        Some(Command::Healthcheck) => kit::health::check(config.metrics_port).map_err(Into::into),
        None => serve(config),
    })
}

#[tokio::main]
async fn serve(config: Config) -> anyhow::Result<()> {
    let telemetry = kit::telemetry::init("order-service", env!("CARGO_PKG_VERSION"))?;
    let shutdown = kit::shutdown::signal()?;
    let registry = order_service::registry(&config)?;
    kit::metrics::register_process_metrics(&registry)?;
    let listeners = Listeners {
        grpc: bind("--grpc-server-port", config.grpc_server_port).await?,
        metrics: bind("--metrics-port", config.metrics_port).await?,
        admin: match config.admin_port {
            Some(port) => Some(bind("--admin-port", port).await?),
            None => None,
        },
    };
    let result = order_service::run(listeners, config, registry, shutdown).await;
    telemetry.shutdown().await;
    result.map_err(Into::into)
}
