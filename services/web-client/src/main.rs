//! `web-client`: see the library for what it does.

use std::net::Ipv4Addr;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use prometheus::Registry;
use tokio::net::TcpListener;
use web_client::Config;

/// The echo tutorial's web client: a page, and /echo?m=..., each of which calls the gRPC server.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// Port for the page, /echo, /metrics and /healthz; 0 is any free one
    #[arg(long, env = "GRPC_CLIENT_PORT", value_name = "PORT", default_value_t = 8081)]
    grpc_client_port: u16,
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Ask the service on this machine how it is: exit code 0 if it is well
    Healthcheck,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Some(Command::Healthcheck) => telemetry::healthcheck(cli.grpc_client_port).map_err(Into::into),
        None => serve(cli.grpc_client_port, cli.config),
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
async fn serve(port: u16, config: Config) -> anyhow::Result<()> {
    let telemetry = telemetry::init("web-client", env!("CARGO_PKG_VERSION"))?;
    let shutdown = shutdown::signal()?;
    let registry = Registry::new();
    telemetry::register_process_metrics(&registry)?;
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))
        .await
        .with_context(|| format!("--grpc-client-port: cannot listen on port {port}"))?;
    tracing::info!(address = %listener.local_addr()?, server = config.server(), "listening");
    web_client::run(listener, config, registry, shutdown).await?;
    telemetry.shutdown().await;
    Ok(())
}
