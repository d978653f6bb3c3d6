//! The program `metrics-sink`; the library documents what it does.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use kit::program::Command;
use metrics_sink::{LineQueue, Listeners, Settings};
use prometheus::Registry;

/// Receives Envoy's metrics over gRPC and serves them to Prometheus, in the same form as Envoy's own page.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    kit::program::exit_code(match cli.command {
        Some(Command::Healthcheck) => check_health(&cli.settings),
        None => serve(cli.settings),
    })
}

fn check_health(settings: &Settings) -> anyhow::Result<()> {
    if settings.security.has_https()? {
        kit::health::check_connection(settings.http_port)?;
    } else {
        kit::health::check(settings.http_port)?;
    }
    Ok(())
}

#[tokio::main]
async fn serve(settings: Settings) -> anyhow::Result<()> {
    settings.check()?;
    // The log shares stdout with the console output, so a stalled reader must not block logging either.
    let log = LineQueue::start(io::stdout());
    let writer = log.clone();
    let (dispatch, telemetry) = kit::telemetry::build(
        "metrics-sink",
        env!("CARGO_PKG_VERSION"),
        &kit::telemetry::Settings::from_env()?,
        move || writer.clone(),
    )?;
    tracing::dispatcher::set_global_default(dispatch)?;
    let shutdown = kit::shutdown::signal()?;
    let registry = Registry::new();
    kit::metrics::register_process_metrics(&registry)?;
    let listeners = Listeners {
        grpc: kit::server::bind("--grpc-port", settings.grpc_port).await?,
        http: kit::server::bind("--http-port", settings.http_port).await?,
    };
    metrics_sink::run(listeners, settings, registry, shutdown).await?;
    telemetry.shutdown().await;
    log.finish(Duration::from_secs(1));
    Ok(())
}
