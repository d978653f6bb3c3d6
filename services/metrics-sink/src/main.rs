//! `metrics-sink`: see the library for what it does.

use std::net::Ipv4Addr;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use metrics_sink::{Config, Listeners};
use prometheus::Registry;
use tokio::net::TcpListener;

/// Receives Envoy's metrics over gRPC and shows them to Prometheus, as Envoy's own page would.
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
    /// Ask the sink on this machine how it is: exit code 0 if it is well
    Healthcheck,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Some(Command::Healthcheck) => telemetry::healthcheck(cli.config.http_port).map_err(Into::into),
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
    let telemetry = telemetry::init("metrics-sink", env!("CARGO_PKG_VERSION"))?;
    let shutdown = shutdown::signal()?;
    let registry = Registry::new();
    telemetry::register_process_metrics(&registry)?;
    let listeners = Listeners {
        grpc: bind("--grpc-port", config.grpc_port).await?,
        http: bind("--http-port", config.http_port).await?,
    };
    tracing::info!(grpc = %listeners.grpc.local_addr()?, http = %listeners.http.local_addr()?, "listening");
    metrics_sink::run(listeners, config, registry, shutdown).await?;
    telemetry.shutdown().await;
    Ok(())
}

async fn bind(flag: &str, port: u16) -> anyhow::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))
        .await
        .with_context(|| format!("{flag}: cannot listen on port {port}"))
}
