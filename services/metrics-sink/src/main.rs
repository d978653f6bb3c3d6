//! `metrics-sink`: see the library for what it does.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use kit::program::Command;
use kit::telemetry::Settings;
use metrics_sink::{Config, Lines, Listeners};
use prometheus::Registry;

/// Receives Envoy's metrics over gRPC and shows them to Prometheus, as Envoy's own page would.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    kit::program::exit_code(match cli.command {
        Some(Command::Healthcheck) => kit::health::check(cli.config.http_port).map_err(Into::into),
        None => serve(cli.config),
    })
}

#[tokio::main]
async fn serve(config: Config) -> anyhow::Result<()> {
    // The console's reader is the log's: one that does not read must hold up neither.
    let log = Lines::start(io::stdout());
    let writer = log.clone();
    let (dispatch, telemetry) = kit::telemetry::build(
        "metrics-sink",
        env!("CARGO_PKG_VERSION"),
        &Settings::from_env()?,
        move || writer.clone(),
    )?;
    tracing::dispatcher::set_global_default(dispatch)?;
    let shutdown = kit::shutdown::signal()?;
    let registry = Registry::new();
    kit::metrics::register_process_metrics(&registry)?;
    let listeners = Listeners {
        grpc: kit::server::bind("--grpc-port", config.grpc_port).await?,
        http: kit::server::bind("--http-port", config.http_port).await?,
    };
    metrics_sink::run(listeners, config, registry, shutdown).await?;
    telemetry.shutdown().await;
    log.finish(Duration::from_secs(1));
    Ok(())
}
