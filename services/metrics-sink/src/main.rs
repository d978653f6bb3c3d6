//! `metrics-sink`: see the library for what it does.

use std::io;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, Subcommand};
use metrics_sink::{Config, Lines, Listeners};
use prometheus::Registry;
use telemetry::Settings;
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
    // The console's reader is the log's: one that does not read must hold up neither.
    let log = Lines::start(io::stdout());
    let writer = log.clone();
    let (dispatch, telemetry) = telemetry::with_settings(
        "metrics-sink",
        env!("CARGO_PKG_VERSION"),
        &Settings::from_env()?,
        move || writer.clone(),
    )?;
    tracing::dispatcher::set_global_default(dispatch)?;
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
    log.finish(Duration::from_secs(1));
    Ok(())
}

async fn bind(flag: &str, port: u16) -> anyhow::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))
        .await
        .with_context(|| format!("{flag}: cannot listen on port {port}"))
}
