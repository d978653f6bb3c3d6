//! The program `order-service`: see the library.

use std::process::ExitCode;

use clap::Parser;
use kit::program::{Command, Program};
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
        Some(Command::Healthcheck) => {
            kit::health::check(config.http.local_address(config.metrics_port)).map_err(Into::into)
        }
        None => serve(config),
    })
}

fn serve(config: Config) -> anyhow::Result<()> {
    let (version, health) = (env!("CARGO_PKG_VERSION"), config.http.local_address(config.metrics_port));
    let program = Program { name: "order-service", version, health };
    program.serve(order_service::registry(&config)?, async |registry, shutdown| {
        let listeners = Listeners {
            grpc: config.http.bind("--grpc-server-port", config.grpc_server_port).await?,
            metrics: config.http.bind("--metrics-port", config.metrics_port).await?,
            admin: match config.admin_port {
                Some(port) => Some(config.http.bind("--admin-port", port).await?),
                None => None,
            },
        };
        order_service::run(listeners, config, registry, shutdown).await?;
        Ok(())
    })
}
