//! `echo-server`: see the library for what it does.

use std::net::Ipv4Addr;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use echo_server::Config;
use prometheus::Registry;
use tokio::net::TcpListener;

/// Answers each message with "echo " in front of it: gRPC, /metrics and /healthz on one port.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Ask the server on this machine how it is: exit code 0 if it is well
    Healthcheck,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Some(Command::Healthcheck) => telemetry::healthcheck(cli.config.grpc_server_port).map_err(Into::into),
        None => serve(cli.config),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn serve(config: Config) -> anyhow::Result<()> {
    let telemetry = telemetry::init("echo-server", env!("CARGO_PKG_VERSION"))?;
    let shutdown = shutdown::signal()?;
    let registry = Registry::new();
    telemetry::register_process_metrics(&registry)?;
    let address = (Ipv4Addr::UNSPECIFIED, config.grpc_server_port);
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("--grpc-server-port: cannot listen on port {}", config.grpc_server_port))?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    echo_server::run(listener, config, registry, shutdown).await?;
    telemetry.shutdown().await;
    Ok(())
}
